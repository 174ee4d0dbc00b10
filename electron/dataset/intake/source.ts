/** Opens any file that can become a dataset as one stream of delimited UTF-8 text. */
import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ImportChoice, Lineage } from '../../../shared/dataset.ts'
import { AppError } from '../../../shared/errors.ts'
import { cellBytes, encodeCells, readCsv } from '../csv.ts'
import { binaryKind } from '../fileKind.ts'
import { notText, openSourceFile, type ReadOptions, type SourceFile } from '../sourceFile.ts'
import {
  detectEncoding,
  markLength,
  toUtf8,
  type Chunks,
  type TextEncoding,
} from '../textEncoding.ts'
import { toRow, type ObjectRow } from './conversations.ts'
import { csvChunks } from './csvWriter.ts'
import { jsonValues, type JsonFault } from './jsonValues.ts'

export interface Source {
  readonly name: string
  readonly sizeBytes: number
  /** What was found, and what was chosen: enough to read the same file again in the same way. */
  readonly lineage: Lineage
  /** In what the text is; it is UTF-8 once it was converted from another format. */
  readonly encoding: TextEncoding
  /**
   * Delimited text, once; in `encoding`.
   *
   * @param onRead bytes of the file that were read so far
   */
  chunks(onRead?: (bytes: number) => void): Chunks
  /** Entries that could not be read, complete once the chunks were read; the first ones. */
  readonly faults: { count: number; readonly first: JsonFault[] }
  close(): Promise<void>
}

const maxFaults = 50
const sampleBytes = 64 * 1024
const samples = 16

/** @throws AppError of openSourceFile; FileNotText, FileDamaged, ArchiveUnsafe, ArchiveNothingUsable, SheetNotFound */
export async function openSource(
  path: string,
  choice: ImportChoice = {},
  { signal, ...reading }: ReadOptions & { signal?: AbortSignal } = {},
): Promise<Source> {
  const file = await openSourceFile(path, reading)
  try {
    const packed = packing(file.head)
    if (packed) return await openPacked(file, path, packed, choice, reading, signal)
    return await openPlain(file, path, choice)
  } catch (error) {
    await file.close()
    throw error
  }
}

function packing(head: Buffer): 'gzip' | 'zip' | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  return head.toString('latin1', 0, 4) === 'PK\x03\x04' && !isWorkbook(head) ? 'zip' : null
}

function isWorkbook(head: Buffer): boolean {
  const start = head.toString('latin1')
  return start.startsWith('PK\x03\x04') && /\[Content_Types\]\.xml|_rels\/\.rels|xl\//.test(start)
}

async function openPacked(
  file: SourceFile,
  path: string,
  packed: 'gzip' | 'zip',
  choice: ImportChoice,
  { memory }: ReadOptions,
  signal?: AbortSignal,
): Promise<Source> {
  // The formats' readers are loaded when a file needs them: most are plain text.
  const { gunzipTo, openArchive, unpackEntry, usableEntries } = await import('./archive.ts')
  const target = join(tmpdir(), `timbre-${randomUUID()}`)
  const remove = () => fs.rm(target, { force: true })
  let entry = file.name.replace(/\.gz$/i, '')
  let entries: string[] = []
  try {
    if (packed === 'gzip') await gunzipTo(path, target, signal)
    else {
      const archive = await openArchive(path)
      try {
        entries = usableEntries(archive)
        const chosen = entries.find((name) => name === choice.entry) ?? entries[0]
        if (chosen === undefined) {
          throw new AppError('ArchiveNothingUsable', `${file.name} holds no table`, {
            details: { name: file.name },
          })
        }
        entry = chosen
        await unpackEntry(archive, entry, target, signal)
      } finally {
        archive.zip.close()
      }
    }
    const inside = await openSourceFile(target, { memory })
    if (packing(inside.head)) throw notText(file.name, 'zip')
    const source = await openPlain(inside, target, choice, entry)
    const lineage: Lineage = { ...source.lineage, packing: packed, entry, entries }
    const close = async () => {
      await source.close()
      await file.close()
      await remove()
    }
    return { ...source, name: file.name, sizeBytes: file.sizeBytes, lineage, close }
  } catch (error) {
    await remove()
    throw error
  }
}

async function openPlain(
  file: SourceFile,
  path: string,
  choice: ImportChoice,
  name = file.name,
): Promise<Source> {
  const base = { name: file.name, sizeBytes: file.sizeBytes, close: file.close }
  const head = file.head.toString('latin1', 0, 4)
  if (head === 'PAR1') return { ...base, ...(await parquetSource(path)) }
  if (isWorkbook(file.head)) return { ...base, ...(await workbookSource(file, path, choice)) }
  const kind = binaryKind(file.head)
  if (kind) throw notText(basename(name), kind)
  const encoding = choice.encoding ?? detectEncoding(await sampleOf(file))
  if (choice.delimiter === undefined && (await looksLikeJson(file, encoding))) {
    return { ...base, ...(await jsonSource(path, encoding, file.sizeBytes)), close: file.close }
  }
  const lineage: Lineage = { ...plainLineage, encoding, delimiter: choice.delimiter ?? null }
  const faults = { count: 0, first: [] }
  const bytes = (onRead?: (bytes: number) => void) => counted(file.chunks(), onRead)
  const { delimiter } = choice
  if (delimiter === undefined) return { ...base, lineage, encoding, chunks: bytes, faults }
  const chunks = (onRead?: (bytes: number) => void) =>
    withCommas(withoutMark(toUtf8(bytes(onRead), encoding)), delimiter)
  return { ...base, lineage, encoding: 'utf-8', chunks, faults }
}

/** A delimiter that was told by hand could not be found out again: what is stored has commas. */
async function* withCommas(text: Chunks, delimiter: string): AsyncGenerator<Buffer> {
  for await (const batch of readCsv(text, { delimiter: delimiter.charCodeAt(0) })) {
    const rows = batch.map((record) => {
      if (record.length === 0 || record.unbalancedQuoteLine !== null) return record.bytes
      const values = record.cells.map((_, index) => cellBytes(record, index))
      return encodeCells(values, 0x2c, record.bytes.subarray(record.length))
    })
    yield Buffer.concat(rows)
  }
}

const plainLineage: Lineage = {
  format: 'csv',
  encoding: 'utf-8',
  delimiter: null,
  packing: null,
  entry: null,
  entries: [],
  sheet: null,
  sheets: [],
  unreadable: 0,
}

/** The head, and places all over the file: it may be plain ASCII for megabytes before the first other letter. */
async function sampleOf(file: SourceFile): Promise<Buffer> {
  const isWide = detectEncoding(file.head).startsWith('utf-16')
  if (isWide || file.sizeBytes <= file.head.length) return file.head
  const parts = [file.head]
  for (let index = 1; index < samples; index += 1) {
    const at = Math.floor(((file.sizeBytes - sampleBytes) * index) / samples)
    const part = await file.read(Math.max(at, 0), sampleBytes)
    // From a line's start to a line's end, so that no character is cut.
    const start = part.indexOf(0x0a) + 1
    const end = part.lastIndexOf(0x0a) + 1
    parts.push(part.subarray(start, Math.max(start, end)))
  }
  return Buffer.concat(parts)
}

/** An array of objects, or objects one after the other. */
async function looksLikeJson(file: SourceFile, encoding: TextEncoding): Promise<boolean> {
  let head = ''
  for await (const chunk of toUtf8([file.head], encoding))
    head += Buffer.from(chunk).toString('utf8')
  return /^[\ufeff\s]*(?:\[\s*(?:\{|\])|\{\s*(?:"|\}))/.test(head)
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    onRead?.(bytes)
    yield chunk
  }
}

type Converted = Pick<Source, 'lineage' | 'encoding' | 'chunks' | 'faults'>

/** Read twice: first for the names of all columns, then for the rows. */
async function jsonSource(
  path: string,
  encoding: TextEncoding,
  sizeBytes: number,
): Promise<Converted> {
  const faults = { count: 0, first: [] as JsonFault[] }
  const report = (fault: JsonFault) => {
    faults.count += 1
    if (faults.first.length < maxFaults) faults.first.push(fault)
  }
  async function* objects(
    onFault: (fault: JsonFault) => void,
    onRead?: (bytes: number) => void,
  ): AsyncGenerator<ObjectRow[]> {
    const file = await openSourceFile(path)
    try {
      const text = toUtf8(counted(file.chunks(), onRead), encoding)
      for await (const values of jsonValues(withoutMark(text), onFault)) {
        const rows: ObjectRow[] = []
        for (const { line, value } of values) {
          for (const item of unwrapped(value)) {
            const row = toRow(item)
            if (row) rows.push(row)
            else onFault({ line, text: JSON.stringify(item).slice(0, 200) })
          }
        }
        yield rows
      }
    } finally {
      await file.close()
    }
  }
  async function* chunks(onRead?: (bytes: number) => void): AsyncGenerator<Buffer> {
    const half = (before: number) => (bytes: number) => onRead?.(Math.floor(before + bytes / 2))
    const names = new Set<string>()
    for await (const rows of objects(() => undefined, half(0))) {
      for (const row of rows) {
        for (const name in row) names.add(name)
        if (names.size > 10_000) throw new AppError('FileDamaged', 'Too many different keys')
      }
    }
    const columns = [...names]
    async function* batches(): AsyncGenerator<string[][]> {
      for await (const rows of objects(report, half(sizeBytes / 2))) {
        yield rows.map((row) => columns.map((name) => row[name] ?? ''))
      }
    }
    yield* csvChunks(columns, batches())
  }
  return {
    lineage: { ...plainLineage, format: 'json', encoding },
    encoding: 'utf-8',
    chunks,
    faults,
  }
}

/** `{"data": [{...}, ...]}` is a file of one object around the rows. */
function unwrapped(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [value]
  const fields: unknown[] = Object.values(value)
  const [only] = fields
  const isRows =
    fields.length === 1 &&
    Array.isArray(only) &&
    !('messages' in value) &&
    !('conversations' in value) &&
    only.every((item) => typeof item === 'object' && item !== null)
  return isRows ? only : [value]
}

async function* withoutMark(chunks: Chunks): AsyncGenerator<Uint8Array> {
  let isStart = true
  for await (const chunk of chunks) {
    yield isStart ? chunk.subarray(markLength(chunk)) : chunk
    isStart = false
  }
}

async function* withFirst<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}

async function parquetSource(path: string): Promise<Converted> {
  const { openParquet } = await import('./parquetRows.ts')
  const { columns, objects } = await openParquet(path)
  // Conversations become other columns; the first row tells.
  async function* chunks(): AsyncGenerator<Buffer> {
    const iterator = objects()
    const first = await iterator.next()
    const firstBatch = first.done ? [] : first.value
    const firstRow = toRow(firstBatch[0])
    const isConversation =
      firstRow !== null && Object.keys(firstRow).some((name) => !columns.includes(name))
    const names = isConversation
      ? [...new Set([...Object.keys(firstRow), 'system', 'history'])]
      : [...columns]
    const rowsOf = (values: readonly unknown[]) =>
      values.map((value) => {
        const row = toRow(value)
        return names.map((name) => row?.[name] ?? '')
      })
    async function* batches(): AsyncGenerator<string[][]> {
      for await (const values of withFirst(firstBatch, iterator)) yield rowsOf(values)
    }
    yield* csvChunks(names, batches())
  }
  const lineage: Lineage = { ...plainLineage, format: 'parquet' }
  return { lineage, encoding: 'utf-8', chunks, faults: { count: 0, first: [] } }
}

async function workbookSource(
  file: SourceFile,
  path: string,
  choice: ImportChoice,
): Promise<Converted & Pick<Source, 'close'>> {
  const { openWorkbook } = await import('./xlsxRows.ts')
  const workbook = await openWorkbook(path)
  const sheet = choice.sheet ?? workbook.sheets[0] ?? ''
  async function* chunks(): AsyncGenerator<Buffer> {
    const batches = workbook.rows(sheet)
    // The header is the first row with text; a sheet without one gives no text at all.
    for (;;) {
      const { done, value: rows } = await batches.next()
      if (done) return
      const at = rows.findIndex((row) => row.some((cell) => cell.trim() !== ''))
      const header = rows[at]
      if (header) return yield* csvChunks(header, withFirst(rows.slice(at + 1), batches))
    }
  }
  const close = async () => {
    workbook.close()
    await file.close()
  }
  const { sheets } = workbook
  const lineage: Lineage = { ...plainLineage, format: 'xlsx', sheet, sheets: [...sheets] }
  return { lineage, encoding: 'utf-8', chunks, faults: { count: 0, first: [] }, close }
}
