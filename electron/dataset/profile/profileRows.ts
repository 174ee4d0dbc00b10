/**
 * Makes the profile of a dataset in one pass over its bytes. What is kept of a row is its length, three hashes and a
 * signature of 32 bytes, so that ten million rows fit into memory; the texts that are shown are read again at the end.
 */
import type { ColumnRoles } from '../../../shared/dataset.ts'
import { parseBytePairEncoding } from '../../../shared/tokenizer/bytePairEncoding.ts'
import type { Overlay } from '../../../shared/workbench/overlay.ts'
import type { DatasetProfile, RowExample } from '../../../shared/workbench/profile.ts'
import { qualityOf } from '../../../shared/workbench/quality.ts'
import type { ContentStore } from '../content.ts'
import { cellBytes, readCsv } from '../csv.ts'
import { roleIndices } from '../rowCheck.ts'
import type { RowStore } from '../rowStore.ts'
import { readRowsByNumber } from '../workbench/rowReader.ts'
import { detectLanguage } from './languages.ts'
import { LengthCounter } from './lengths.ts'
import { groupSimilar } from './nearDuplicates.ts'
import { HashTable, hashBytes } from './repetitions.ts'
import { createSigner, signatureLength } from './signatures.ts'
import { createTokenCounter } from './tokenCounter.ts'
import { findTopics } from './topics.ts'

export interface ProfileTask {
  readonly datasetId: string
  readonly contentSha256: string
  readonly columns: ColumnRoles
  readonly tokenizer: {
    readonly baseModelId: string
    readonly document: string
    readonly limit: number | null
    readonly templateText: string
  } | null
}

const mostExamples = 50
const mostGroups = 20
const rowsPerGroup = 5
const topicSample = 4000
const topicSeed = 1
/** Where the pass over the rows ends and the comparing begins. */
const passShare = 0.85

export async function profileRows(
  content: ContentStore,
  store: RowStore,
  task: ProfileTask,
  overlay: Overlay,
  onProgress: (fraction: number) => void,
): Promise<DatasetProfile> {
  const began = performance.now()
  const { contentSha256, columns, tokenizer } = task
  const index = await store.open(contentSha256)
  const { question, answer } = roleIndices(index.columns, columns)
  const pass = new ProfilePass(overlay.lastRow, tokenizer)

  let row = 0
  const [offset = 0, line = 1] = [index.offsets[0], index.lines[0]]
  const start = { delimiter: index.delimiter, columnCount: index.columns.length, line }
  if (index.rowCount > 0) {
    for await (const batch of readCsv(content.read(contentSha256, offset), start)) {
      for (const record of batch) {
        row += 1
        if (row > index.rowCount) break
        if (overlay.deleted.has(row) || overlay.excluded.has(row)) continue
        if (!overlay.isTouched(row)) {
          pass.add(row, cellBytes(record, question), cellBytes(record, answer))
          continue
        }
        const stored = record.cells.map((_, cell) => cellBytes(record, cell).toString('utf8'))
        const cells = overlay.cells(row, stored)
        pass.add(row, Buffer.from(cells[question] ?? ''), Buffer.from(cells[answer] ?? ''))
      }
      onProgress((row / Math.max(overlay.lastRow, 1)) * passShare)
    }
  }
  for (let added = overlay.storedRowCount + 1; added <= overlay.lastRow; added += 1) {
    if (overlay.deleted.has(added) || overlay.excluded.has(added)) continue
    const cells = overlay.cells(added, [])
    pass.add(added, Buffer.from(cells[question] ?? ''), Buffer.from(cells[answer] ?? ''))
  }

  const near = pass.nearDuplicates()
  onProgress(0.95)
  const textsOf = async (rows: readonly number[]): Promise<RowExample[]> =>
    (await readRowsByNumber(store, contentSha256, overlay, rows)).map(({ row: number, cells }) => ({
      row: number,
      text: (cells[question] ?? '').slice(0, 300),
    }))
  const groupsOf = (groups: readonly { count: number; rows: readonly number[] }[]) =>
    Promise.all(groups.map(async ({ count, rows }) => ({ count, rows: await textsOf(rows) })))
  const topics = pass.topics()
  const limit = tokenizer?.limit ?? null
  return {
    datasetId: task.datasetId,
    contentSha256,
    columns,
    baseModelId: tokenizer?.baseModelId ?? null,
    unit: tokenizer ? 'tokens' : 'characters',
    rowCount: pass.rowCount,
    filledRowCount: pass.filledCount,
    question: pass.questionLengths.histogram(),
    answer: pass.answerLengths.histogram(),
    overLimit:
      limit === null
        ? null
        : {
            limit,
            count: pass.overLimit.count,
            cutShare: pass.totalTokens > 0 ? pass.cutTokens / pass.totalTokens : 0,
            rows: await textsOf(pass.overLimit.rows),
          },
    shortAnswers: { count: pass.shortAnswers.count, rows: await textsOf(pass.shortAnswers.rows) },
    exactDuplicates: { count: pass.exact.count, rows: await textsOf(pass.exact.rows) },
    nearDuplicates: { count: near.count, groups: await groupsOf(near.groups) },
    conflicts: { count: pass.conflictCount, groups: await groupsOf(pass.conflictGroups()) },
    languages: pass.languages(),
    mixedLanguages: { count: pass.mixed.count, rows: await textsOf(pass.mixed.rows) },
    topics: await Promise.all(
      topics.list.map(async ({ rows, ...topic }) => ({ ...topic, examples: await textsOf(rows) })),
    ),
    withoutTopic: topics.without,
    quality: qualityOf({
      rowCount: pass.rowCount,
      filledRowCount: pass.filledCount,
      repeatedCount: pass.exact.count + near.count,
      conflictCount: pass.conflictCount,
      overLimitCount: pass.overLimit.count,
      shortAnswerCount: pass.shortAnswers.count,
      topicCounts: topics.list.map(({ count }) => count),
    }),
    seconds: (performance.now() - began) / 1000,
  }
}

/** Counts places and keeps the first ones. */
class Places {
  count = 0
  readonly rows: number[] = []

  add(row: number): void {
    this.count += 1
    if (this.rows.length < mostExamples) this.rows.push(row)
  }
}

interface FilledRow {
  readonly row: number
  readonly question: string
}

class ProfilePass {
  readonly questionLengths = new LengthCounter()
  readonly answerLengths = new LengthCounter()
  readonly overLimit = new Places()
  readonly shortAnswers = new Places()
  readonly exact = new Places()
  readonly mixed = new Places()
  rowCount = 0
  filledCount = 0
  totalTokens = 0
  cutTokens = 0
  conflictCount = 0
  readonly #lengthOf: (bytes: Buffer) => number
  readonly #limit: number
  readonly #templateLength: number
  readonly #signer = createSigner()
  readonly #signatures: Uint8Array
  readonly #isSigned: Uint8Array
  readonly #rows = new HashTable()
  readonly #questions = new HashTable()
  /** By first row with a question: the answer's hash, and the other rows that answer otherwise. */
  readonly #firstAnswers: Int32Array
  readonly #conflicts = new Map<number, number[]>()
  readonly #languages = new Map<string, number>()
  readonly #stride: number
  readonly #sample: FilledRow[] = []
  /** Its topic is found at the end; the texts of very many rows would not fit, so every n-th stands for its neighbours. */
  readonly #seed = (Math.random() * 2 ** 31) | 0

  constructor(lastRow: number, tokenizer: ProfileTask['tokenizer']) {
    const counter =
      tokenizer && createTokenCounter(parseBytePairEncoding(JSON.parse(tokenizer.document)))
    this.#lengthOf = counter ? (bytes) => counter.count(bytes) : characters
    this.#limit = tokenizer?.limit ?? Infinity
    // One token ends the text.
    this.#templateLength = tokenizer ? this.#lengthOf(Buffer.from(tokenizer.templateText)) + 1 : 0
    this.#signatures = new Uint8Array((lastRow + 1) * signatureLength)
    this.#isSigned = new Uint8Array(lastRow + 1)
    this.#firstAnswers = new Int32Array(lastRow + 1)
    this.#stride = Math.max(1, Math.floor(lastRow / mostTopicRows))
  }

  add(row: number, question: Buffer, answer: Buffer): void {
    this.rowCount += 1
    if (isBlank(question) || isBlank(answer)) return
    this.filledCount += 1
    this.#addLengths(row, question, answer)
    this.#addRepetition(row, question, answer)
    const asks = detectLanguage(question, 0, question.length)
    const answers = detectLanguage(answer, 0, answer.length)
    // The longer text tells more surely.
    const language =
      answers === 'und' || (asks !== 'und' && question.length > answer.length) ? asks : answers
    this.#languages.set(language, (this.#languages.get(language) ?? 0) + 1)
    if (areMixed(asks, question.length, answers, answer.length)) this.mixed.add(row)
    if (row % this.#stride === 0)
      this.#sample.push({ row, question: question.toString('utf8', 0, 1200) })
  }

  #addLengths(row: number, question: Buffer, answer: Buffer): void {
    const questionLength = this.#lengthOf(question)
    const answerLength = this.#lengthOf(answer)
    this.questionLengths.add(questionLength)
    this.answerLengths.add(answerLength)
    const total = questionLength + answerLength + this.#templateLength
    this.totalTokens += total
    if (total > this.#limit) {
      this.overLimit.add(row)
      this.cutTokens += total - this.#limit
    }
    if (answer.length < 12 && characters(answer) < 4) this.shortAnswers.add(row)
  }

  #addRepetition(row: number, question: Buffer, answer: Buffer): void {
    const asked = hashBytes(question, 0, question.length, this.#seed)
    const answered = hashBytes(answer, 0, answer.length, asked.high)
    if (this.#rows.findOrKeep(answered, row) >= 0) {
      this.exact.add(row)
      return
    }
    const first = this.#questions.findOrKeep(asked, row)
    if (first < 0) this.#firstAnswers[row] = answered.low
    else if (this.#firstAnswers[first] !== answered.low) {
      const known = this.#conflicts.get(first)
      this.conflictCount += known ? 1 : 2
      if (!known) this.#conflicts.set(first, [row])
      else known.push(row)
    }
    this.#signer.begin()
    this.#signer.add(question, 0, question.length)
    this.#signer.add(answer, 0, answer.length)
    if (this.#signer.write(this.#signatures, row * signatureLength)) this.#isSigned[row] = 1
  }

  /** Rows that repeat another one nearly; exact repetitions have no signature and are left out. */
  nearDuplicates() {
    const groups = groupSimilar(this.#signatures, this.#isSigned)
    const counts = new Map<number, { count: number; rows: number[] }>()
    let count = 0
    groups.forEach((first, row) => {
      if (first === row) return
      count += 1
      const group = counts.get(first) ?? { count: 1, rows: [first] }
      group.count += 1
      if (group.rows.length < rowsPerGroup) group.rows.push(row)
      counts.set(first, group)
    })
    return { count, groups: largest([...counts.values()]) }
  }

  conflictGroups() {
    const groups = [...this.#conflicts].map(([first, others]) => ({
      count: others.length + 1,
      rows: [first, ...others].slice(0, rowsPerGroup),
    }))
    return largest(groups)
  }

  languages(): { code: string; count: number }[] {
    return [...this.#languages]
      .map(([code, count]) => ({ code, count }))
      .sort((a, b) => b.count - a.count)
  }

  topics() {
    const every = Math.max(1, Math.ceil(this.#sample.length / topicSample))
    const sample = this.#sample.filter((_, index) => index % every === 0)
    const model = findTopics(
      sample.map(({ question }) => question),
      topicSeed,
    )
    const rows = model.labels.map((): { row: number; clearness: number }[] => [])
    let without = 0
    for (const { row, question } of this.#sample) {
      const { topic, clearness } = model.assign(question)
      const members = rows[topic]
      if (members) members.push({ row, clearness })
      else without += 1
    }
    const list = model.labels.map((label, index) => {
      const members = rows[index] ?? []
      const clearest = members.toSorted((a, b) => b.clearness - a.clearness || a.row - b.row)
      const { x, y } = model.positions[index] ?? { x: 0.5, y: 0.5 }
      const examples = clearest.slice(0, rowsPerGroup).map(({ row }) => row)
      return { label: [...label], count: members.length * this.#stride, x, y, rows: examples }
    })
    return {
      list: list.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
      without: without * this.#stride,
    }
  }
}

/** Rows whose questions are kept for the topics; of more, every n-th stands for its neighbours. */
const mostTopicRows = 100_000

function largest<T extends { readonly count: number }>(groups: T[]): T[] {
  return groups.sort((a, b) => b.count - a.count).slice(0, mostGroups)
}

/** Languages of one script are told apart by their common words: short texts have too few of them to be sure. */
function areMixed(
  asks: string,
  askedBytes: number,
  answers: string,
  answeredBytes: number,
): boolean {
  if (asks === answers || asks === 'und' || answers === 'und') return false
  const isSure = Math.min(askedBytes, answeredBytes) >= surelyToldBytes
  return isSure || otherScripts.has(asks) || otherScripts.has(answers)
}

const surelyToldBytes = 80
const otherScripts = new Set(['zh', 'ja', 'ko', 'ru', 'el', 'ar', 'he', 'hi', 'th'])

/** Bytes that begin a character. */
function characters(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at += 1)
    if (((bytes[at] as number) & 0xc0) !== 0x80) count += 1 // within bounds
  return count
}

function isBlank(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) if ((bytes[at] as number) > 0x20) return false // within bounds
  return true
}
