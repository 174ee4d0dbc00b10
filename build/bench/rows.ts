/** Made-up rows of any number for benchmarks; the same ones every time. */
import { createWriteStream, readFileSync } from 'node:fs'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { bytesOfSymbols } from '../../shared/tokenizer/byteSymbols.ts'
import { repositoryRoot } from '../repositoryRoot.ts'

/** A number below another one. */
type Next = (below: number) => number
type RowWriter = (row: number, next: Next) => string

const rowsPerBlock = 2000

const words =
  'the lamp is warm and light we send a new one within five days for you please return it in its box order parcel shade bulb dimmer cable voucher invoice refund desk window glass'.split(
    ' ',
  )

/** Like a help desk's, all different, of about 100 bytes; every tenth answer ends with a space where asked for. */
export function helpDeskRow(answerWords: number, hasFaults = false): RowWriter {
  return (row, next) => {
    const text = (count: number) =>
      Array.from({ length: count }, () => words[next(words.length)]).join(' ')
    return `Where is order ${row} with the ${text(5)}?,"Happy to help, ${text(answerWords)}.${hasFaults && row % 10 === 0 ? ' ' : ''}"\n`
  }
}

/** With a customer for about ten rows; every tenth row asks what the one before it asks, by turns word for word and nearly. */
export function askedAgainRow(): RowWriter {
  let asked = ''
  return (row, next) => {
    const text = (count: number) =>
      Array.from({ length: count }, () => words[next(words.length)]).join(' ')
    const again = row % 20 === 9 ? `${asked}, please` : asked
    asked = row % 10 === 9 ? again : `Where is order ${row} with the ${text(5)}`
    const customer = next(1 + Math.floor(row / 10))
    return `c${customer},"${asked}?","Happy to help, ${text(8)} ${row}."\n`
  }
}

/** Chinese whose phrases never come twice: half words of a model's vocabulary, half any of the 3,755 commonest characters. */
export function chineseRow(tokenizerFile: string): RowWriter {
  const parts = [wordsOf(tokenizerFile), commonCharacters()]
  const phrase = (least: number, next: Next) => {
    let text = ''
    for (const length = least + next(12); text.length < length;) {
      const choice = parts[next(2)] ?? []
      text += choice[next(choice.length)] ?? ''
    }
    return text
  }
  return (_, next) => {
    const question = `${phrase(6, next)}，${phrase(4, next)}？`
    const answer = Array.from({ length: 2 + next(3) }, () => phrase(6, next)).join('，')
    return `${question},${answer}。\n`
  }
}

/** @returns bytes of the file */
export async function writeRows(
  file: string,
  rowCount: number,
  rowOf: RowWriter,
  header = 'question,answer',
): Promise<number> {
  const stream = createWriteStream(file)
  let state = 7
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  stream.write(`${header}\n`)
  let bytes = 0
  for (let row = 0; row < rowCount;) {
    let block = ''
    for (let at = 0; at < rowsPerBlock && row < rowCount; at += 1, row += 1) {
      block += rowOf(row, next)
    }
    const buffer = Buffer.from(block)
    bytes += buffer.length
    if (!stream.write(buffer))
      await new Promise<void>((resolve) => stream.once('drain', () => resolve()))
  }
  stream.end()
  await finished(stream)
  return bytes
}

function wordsOf(tokenizerFile: string): string[] {
  const text = readFileSync(path.join(repositoryRoot, tokenizerFile), 'utf8')
  const { model } = JSON.parse(text) as { model: { vocab: Record<string, number> } } // as our own tokenizers are
  return Object.keys(model.vocab)
    .map((token) => Buffer.from(bytesOfSymbols(token)).toString())
    .filter((token) => /^\p{Script=Han}{2,}$/u.test(token))
}

/** The first level of GB 2312, which is about how often characters are used. */
function commonCharacters(): string[] {
  const decoder = new TextDecoder('gb2312')
  const characters: string[] = []
  for (let row = 0xb0; row <= 0xd7; row += 1) {
    for (let cell = 0xa1; cell <= 0xfe; cell += 1) {
      characters.push(decoder.decode(Uint8Array.of(row, cell)))
    }
  }
  return characters.filter((character) => /^\p{Script=Han}$/u.test(character))
}
