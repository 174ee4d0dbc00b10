/** From Autopilot's CSV of `input` and `output` to the JSON Lines channels that the trainer reads. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse, type Info, type Options } from 'csv-parse'
import { mulberry32, shuffledIndices } from '../random.ts'
import type { ObjectStore, StoredObject } from '../store/objects.ts'
import { JobFailure } from './jobFailure.ts'
import { parseS3Uri } from './trainingJobInput.ts'

export interface AutoMLDataPlan {
  readonly trainingUri: string
  /** Null: a share of the training rows. */
  readonly validationUri: string | null
  readonly validationFraction: number
  readonly seed: number
  /** Where the JSON Lines go. */
  readonly trainingTarget: string
  readonly validationTarget: string
}

/** Line ends may differ within a file: it can be put together from several. */
const csvFormat: Options = { record_delimiter: ['\r\n', '\n', '\r'], skip_empty_lines: true }

/** A row as a line of JSON. */
type Row = string

/** @throws JobFailure; an AbortError once the signal says so */
export async function writeTrainingChannels(
  plan: AutoMLDataPlan,
  objects: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const rows = await readRows(plan.trainingUri, objects, signal)
  const { training, validation } =
    plan.validationUri === null
      ? splitRows(rows, plan.validationFraction, plan.seed)
      : { training: rows, validation: await readRows(plan.validationUri, objects, signal) }
  await writeRows(training, plan.trainingTarget, objects)
  await writeRows(validation, plan.validationTarget, objects)
}

/** The same rows, fraction and seed give the same shares; both keep the order of the rows. */
export function splitRows(
  rows: readonly Row[],
  fraction: number,
  seed: number,
): { training: Row[]; validation: Row[] } {
  if (rows.length < 2)
    throw new JobFailure(
      'ClientError: the training data has 1 row; at least 2 are needed, one of them to validate with.',
    )
  const count = Math.min(Math.max(1, Math.round(rows.length * fraction)), rows.length - 1)
  const chosen = new Set(shuffledIndices(rows.length, mulberry32(seed)).subarray(0, count))
  return {
    training: rows.filter((_, index) => !chosen.has(index)),
    validation: rows.filter((_, index) => chosen.has(index)),
  }
}

async function readRows(uri: string, objects: ObjectStore, signal: AbortSignal): Promise<Row[]> {
  const sources = await sourcesOf(uri, objects)
  if (sources.length === 0) throw new JobFailure(`ClientError: there is no object under ${uri}.`)
  const rows: Row[] = []
  const { bucket } = parseS3Uri(uri)
  for (const source of sources)
    await readFileRows(source, `s3://${bucket}/${source.key}`, rows, signal)
  if (rows.length === 0) throw new JobFailure(`ClientError: there are no rows under ${uri}.`)
  return rows
}

/** The object of this name, or else all that begin with it. */
async function sourcesOf(uri: string, objects: ObjectStore): Promise<StoredObject[]> {
  const { bucket, key } = parseS3Uri(uri)
  if (!(await objects.hasBucket(bucket))) return []
  const exact = key === '' || key.endsWith('/') ? null : await objects.findObject(bucket, key)
  if (exact) return [exact]
  // A key that ends in a slash is a folder that some tool drew.
  return (await objects.listObjects(bucket, key)).filter((object) => !object.key.endsWith('/'))
}

async function readFileRows(
  source: StoredObject,
  name: string,
  rows: Row[],
  signal: AbortSignal,
): Promise<void> {
  const take = async (
    // As csv-parse documents it for the option "info".
    records: AsyncIterable<{ record: readonly string[]; info: Info }>,
  ): Promise<void> => {
    let header: { input: number; output: number } | null = null
    for await (const { record, info } of records) {
      if (header) rows.push(rowOf(record, header, `Line ${info.lines} of ${name}`))
      else header = headerOf(record, name)
    }
    if (!header) throw headerFailure(name, 'it is empty')
  }
  try {
    await pipeline(
      createReadStream(source.path),
      decodeUtf8,
      parse({ ...csvFormat, info: true }),
      take,
      { signal },
    )
  } catch (cause) {
    if (cause instanceof CsvError)
      throw new JobFailure(`ClientError: ${name} is not valid CSV. ${cause.message}`, { cause })
    if (cause instanceof TypeError && 'code' in cause)
      throw new JobFailure(`ClientError: ${name} cannot be read as UTF-8 text.`, { cause })
    throw cause
  }
}

/** Without a byte-order mark. @throws TypeError for bytes that are no UTF-8 */
async function* decodeUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

function headerOf(record: readonly string[], name: string): { input: number; output: number } {
  const [input, output] = [record.indexOf('input'), record.indexOf('output')]
  if (record.length === 2 && input >= 0 && output >= 0) return { input, output }
  throw headerFailure(name, `it says ${record.map((column) => JSON.stringify(column)).join(', ')}`)
}

function headerFailure(name: string, found: string): JobFailure {
  return new JobFailure(
    `ClientError: the first row of ${name} must name the columns "input" and "output" and no others; ${found}.`,
  )
}

function rowOf(
  record: readonly string[],
  header: { input: number; output: number },
  place: string,
): Row {
  const [prompt = '', completion = ''] = [record[header.input], record[header.output]]
  const empty = prompt.trim() === '' ? 'input' : completion.trim() === '' ? 'output' : null
  if (empty) throw new JobFailure(`ClientError: ${place} has no text in the column "${empty}".`)
  return JSON.stringify({ prompt, completion })
}

async function writeRows(rows: readonly Row[], uri: string, objects: ObjectStore): Promise<void> {
  const { bucket, key } = parseS3Uri(uri)
  if (!(await objects.hasBucket(bucket)))
    throw new JobFailure(`ClientError: the output bucket "${bucket}" does not exist.`)
  const received = await objects.receive(encodeRows(rows))
  await objects.keepObject(bucket, key, received, {
    contentType: 'application/jsonlines',
    metadata: {},
  })
}

const rowsPerChunk = 1000

async function* encodeRows(rows: readonly Row[]): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < rows.length; start += rowsPerChunk)
    yield Buffer.from(`${rows.slice(start, start + rowsPerChunk).join('\n')}\n`)
}
