/** The library's published sets on this computer: fetched from their public address, or taken from a local copy. */
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { TrainingExample } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import {
  builtInSetNames,
  builtInSets,
  type BuiltInSetName,
  type BuiltInSetState,
} from '../../shared/evaluationSets.ts'
import { writeFileWhole } from '../dataset/content.ts'
import type { BinMark } from './binMark.ts'
import { stringField, type JsonRow } from './jsonRow.ts'

/** The public bucket that fmeval reads its sets from. */
export const publicSetsUrl = 'https://fmeval.s3.us-west-2.amazonaws.com/datasets'
/** The largest of them has some 60 MB. */
const mostBytes = 512 * 1024 * 1024
const answerTimeoutMs = 30_000

export interface SentencePair {
  readonly more: string
  readonly less: string
  readonly category: string
}

export interface BuiltInSets {
  list(): Promise<BuiltInSetState[]>
  /** @throws AppError EvaluationSetUnreachable, EvaluationSetInvalid, DiskFull */
  download(name: BuiltInSetName, signal?: AbortSignal): Promise<void>
  /** A copy that the user has. @throws AppError FileUnreadable, EvaluationSetInvalid */
  importFile(name: BuiltInSetName, file: string): Promise<void>
  /** For good. */
  erase(name: BuiltInSetName): Promise<void>
  /** @throws AppError EvaluationSetMissing, EvaluationSetInvalid */
  readExamples(name: BuiltInSetName): Promise<TrainingExample[]>
  /** Of crows-pairs. @throws AppError EvaluationSetMissing, EvaluationSetInvalid */
  readPairs(): Promise<SentencePair[]>
}

export interface BuiltInSetsOptions {
  readonly directory: string
  readonly bin: (name: BuiltInSetName) => BinMark
  /** Left out: the library's own. */
  readonly url?: string
}

export function evaluationSetFile(name: BuiltInSetName): string {
  return `${name}.jsonl`
}

export function createBuiltInSets({
  directory,
  bin,
  url = publicSetsUrl,
}: BuiltInSetsOptions): BuiltInSets {
  const fileOf = (name: BuiltInSetName) => path.join(directory, evaluationSetFile(name))
  const sizeOfSet = async (name: BuiltInSetName) =>
    bin(name).isInBin() ? null : sizeOf(fileOf(name))

  async function* rows(name: BuiltInSetName): AsyncGenerator<JsonRow> {
    if ((await sizeOfSet(name)) === null)
      throw new AppError('EvaluationSetMissing', `${name} is not on this computer`, {
        details: { name },
      })
    yield* readRows(fileOf(name), name)
  }

  return {
    list: () =>
      Promise.all(
        builtInSetNames.map(async (name) => ({ name, sizeBytes: await sizeOfSet(name) })),
      ),
    async download(name, signal) {
      const content = await fetchSet(`${url}/${builtInSets[name].key}`, name, signal)
      await mkdir(directory, { recursive: true })
      checkFirstRow(content.subarray(0, firstRowBytes).toString('utf8'), name)
      await writeFileWhole(fileOf(name), [content])
      bin(name).leave()
    },
    async importFile(name, file) {
      const size = await sizeOf(file)
      if (size === null || size > mostBytes)
        throw new AppError('FileUnreadable', `${file} can't be read`, {
          details: { name: path.basename(file), path: file },
        })
      for await (const row of readRows(file, name)) {
        requireFields(row, name)
        break
      }
      await mkdir(directory, { recursive: true })
      await writeFileWhole(fileOf(name), createReadStream(file))
      bin(name).leave()
    },
    erase: (name) => rm(fileOf(name), { force: true }),
    async readExamples(name) {
      const { question, answer } = builtInSets[name]
      const examples: TrainingExample[] = []
      for await (const row of rows(name)) {
        const prompt = stringField(row, question)
        const completion = answer === null ? '' : stringField(row, answer)
        if (prompt !== null && completion !== null) examples.push({ prompt, completion })
      }
      return examples
    },
    async readPairs() {
      const pairs: SentencePair[] = []
      for await (const row of rows('crows-pairs')) {
        const more = stringField(row, 'sent_more')
        const less = stringField(row, 'sent_less')
        if (more !== null && less !== null)
          pairs.push({ more, less, category: stringField(row, 'bias_type') ?? '' })
      }
      return pairs
    },
  }
}

const firstRowBytes = 1024 * 1024

async function fetchSet(url: string, name: string, signal?: AbortSignal): Promise<Buffer> {
  try {
    const timeout = AbortSignal.timeout(answerTimeoutMs)
    const response = await fetch(url, { signal: signal ?? timeout })
    if (!response.ok) throw new Error(`${url} answered ${response.status}`)
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > mostBytes) throw new Error(`${url} is larger than ${mostBytes} bytes`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (cause) {
    throw new AppError('EvaluationSetUnreachable', `${url} can't be fetched`, {
      details: { name, url },
      retryable: true,
      cause,
    })
  }
}

function checkFirstRow(text: string, name: BuiltInSetName): void {
  requireFields(parseRow(text.split('\n', 1)[0] ?? '', name), name)
}

/** @throws AppError EvaluationSetInvalid unless it has the set's own fields */
function requireFields(row: JsonRow, name: BuiltInSetName): void {
  const { question, answer } = builtInSets[name]
  const isWhole =
    stringField(row, question) !== null && (answer === null || stringField(row, answer) !== null)
  if (!isWhole) throw invalid(name)
}

async function* readRows(file: string, name: BuiltInSetName): AsyncGenerator<JsonRow> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })
  try {
    for await (const line of lines) if (line.trim() !== '') yield parseRow(line, name)
  } finally {
    lines.close()
  }
}

function parseRow(line: string, name: BuiltInSetName): JsonRow {
  try {
    const row: unknown = JSON.parse(line)
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row as JsonRow // the fields are checked one by one
  } catch {
    // Said below.
  }
  throw invalid(name)
}

function invalid(name: BuiltInSetName): AppError {
  return new AppError('EvaluationSetInvalid', `This is no copy of ${name}`, { details: { name } })
}

async function sizeOf(file: string): Promise<number | null> {
  return stat(file).then(
    (facts) => (facts.isFile() ? facts.size : null),
    () => null,
  )
}
