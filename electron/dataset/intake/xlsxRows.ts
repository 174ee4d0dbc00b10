/**
 * Rows of an Excel workbook, streamed: sheets can be far larger than memory, only the shared strings are held.
 * Dates become ISO text, formulas give the value that was last computed.
 *
 * @see ECMA-376 part 1, sections 18.3 (sheets), 18.4 (shared strings), 18.8 (styles)
 */
import type { Readable } from 'node:stream'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import type { Entry, ZipFile } from 'yauzl'
import { AppError } from '../../../shared/errors.ts'
import { openArchive } from './archive.ts'

/** Text of all shared strings together; a workbook beyond it is better saved as CSV. */
const maxSharedBytes = 300_000_000
const maxColumns = 16_384

export interface Workbook {
  readonly sheets: readonly string[]
  /** Rows of cells, empty rows included as in the sheet. @throws AppError SheetNotFound, FileDamaged */
  rows(sheet: string): AsyncGenerator<string[][]>
  close(): void
}

/** @throws AppError FileDamaged, ArchiveUnsafe */
export async function openWorkbook(path: string): Promise<Workbook> {
  const archive = await openArchive(path)
  try {
    const relations = await readRelations(archive.zip, archive.entries)
    const sheets = await readSheets(archive.zip, archive.entries, relations)
    if (sheets.size === 0) throw damaged('The workbook has no sheets')
    return {
      sheets: [...sheets.keys()],
      rows: (sheet) => sheetRows(archive.zip, archive.entries, sheets, sheet),
      close: () => archive.zip.close(),
    }
  } catch (error) {
    archive.zip.close()
    throw error
  }
}

type Entries = ReadonlyMap<string, Entry>

async function* parts(zip: ZipFile, entry: Entry | undefined): AsyncGenerator<string> {
  if (!entry) return
  const stream: Readable = await zip.openReadStreamPromise(entry)
  stream.setEncoding('utf8')
  for await (const text of stream) yield String(text)
}

async function readXml(
  zip: ZipFile,
  entry: Entry | undefined,
  onOpen: (tag: SaxesTagPlain) => void,
): Promise<void> {
  const parser = newParser()
  parser.on('opentag', onOpen)
  for await (const text of parts(zip, entry)) parser.write(text)
  if (entry) parser.close()
}

function newParser(): SaxesParser {
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw damaged(error.message)
  })
  return parser
}

/** Relation id -> path in the archive. */
async function readRelations(zip: ZipFile, entries: Entries): Promise<Map<string, string>> {
  const targets = new Map<string, string>()
  await readXml(zip, entries.get('xl/_rels/workbook.xml.rels'), ({ name, attributes }) => {
    if (local(name) !== 'Relationship') return
    const target = attributes['Target'] ?? ''
    targets.set(attributes['Id'] ?? '', target.startsWith('/') ? target.slice(1) : `xl/${target}`)
  })
  return targets
}

async function readSheets(
  zip: ZipFile,
  entries: Entries,
  relations: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const sheets = new Map<string, string>()
  await readXml(zip, entries.get('xl/workbook.xml'), ({ name, attributes }) => {
    if (local(name) !== 'sheet') return
    const id = Object.entries(attributes).find(([key]) => local(key) === 'id')?.[1] ?? ''
    const path = relations.get(id)
    if (path && entries.has(path)) sheets.set(attributes['name'] ?? path, path)
  })
  return sheets
}

async function readSharedStrings(zip: ZipFile, entries: Entries): Promise<string[]> {
  const strings: string[] = []
  const parser = newParser()
  let bytes = 0
  let text: string | null = null
  let isText = false
  let phonetic = 0
  parser.on('opentag', ({ name }) => {
    const tag = local(name)
    if (tag === 'si') text = ''
    if (tag === 'rPh') phonetic += 1
    isText = tag === 't' && phonetic === 0
  })
  parser.on('text', (part) => {
    if (isText && text !== null) text += part
  })
  parser.on('closetag', ({ name }) => {
    const tag = local(name)
    isText = false
    if (tag === 'rPh') phonetic -= 1
    if (tag !== 'si') return
    strings.push(text ?? '')
    bytes += text?.length ?? 0
    text = null
    if (bytes > maxSharedBytes) throw new AppError('ArchiveUnsafe', 'Too many shared strings')
  })
  const entry = entries.get('xl/sharedStrings.xml')
  for await (const part of parts(zip, entry)) parser.write(part)
  if (entry) parser.close()
  return strings
}

/** Index of a cell's style -> whether it shows a date. */
async function readDateStyles(zip: ZipFile, entries: Entries): Promise<boolean[]> {
  const custom = new Map<number, boolean>()
  const styles: boolean[] = []
  let inCellFormats = false
  await readXml(zip, entries.get('xl/styles.xml'), ({ name, attributes }) => {
    const tag = local(name)
    if (tag === 'numFmt') {
      const plain = (attributes['formatCode'] ?? '').replace(/"[^"]*"|\[[^\]]*\]|\\./g, '')
      custom.set(Number(attributes['numFmtId']), /[ymdhs]/i.test(plain))
    }
    if (tag === 'cellXfs') inCellFormats = true
    if (tag === 'cellStyles') inCellFormats = false
    if (tag !== 'xf' || !inCellFormats) return
    const format = Number(attributes['numFmtId'])
    const isBuiltIn = (format >= 14 && format <= 22) || (format >= 45 && format <= 47)
    styles.push(custom.get(format) ?? isBuiltIn)
  })
  return styles
}

async function* sheetRows(
  zip: ZipFile,
  entries: Entries,
  sheets: ReadonlyMap<string, string>,
  sheet: string,
): AsyncGenerator<string[][]> {
  const path = sheets.get(sheet)
  const entry = path === undefined ? undefined : entries.get(path)
  if (!entry) {
    throw new AppError('SheetNotFound', `There is no sheet ${sheet}`, {
      details: { sheet, sheets: [...sheets.keys()].join(', ') },
    })
  }
  const reader = new SheetReader(
    await readSharedStrings(zip, entries),
    await readDateStyles(zip, entries),
  )
  for await (const part of parts(zip, entry)) {
    reader.write(part)
    yield reader.take()
  }
  reader.close()
  yield reader.take()
}

class SheetReader {
  readonly #shared: readonly string[]
  readonly #dates: readonly boolean[]
  readonly #parser = newParser()
  #rows: string[][] = []
  #row: string[] = []
  #rowNumber = 0
  #column = 0
  #type = ''
  #isDate = false
  #value = ''
  #isValue = false

  constructor(shared: readonly string[], dates: readonly boolean[]) {
    this.#shared = shared
    this.#dates = dates
    this.#parser.on('opentag', (tag) => this.#open(tag))
    this.#parser.on('text', (text) => {
      if (this.#isValue) this.#value += text
    })
    this.#parser.on('closetag', ({ name }) => this.#closeTag(local(name)))
  }

  write(text: string): void {
    this.#parser.write(text)
  }

  close(): void {
    this.#parser.close()
  }

  take(): string[][] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  #open({ name, attributes }: SaxesTagPlain): void {
    const tag = local(name)
    if (tag === 'row') {
      const number = Number(attributes['r'] ?? this.#rowNumber + 1)
      // Rows without cells may be left out of the file; a hostile number makes no more than one of them.
      if (number === this.#rowNumber + 2) this.#rows.push([])
      this.#rowNumber = number
      this.#row = []
      this.#column = 0
    } else if (tag === 'c') {
      const at = attributes['r'] ? columnIndex(attributes['r']) : this.#column
      this.#column = Math.min(at, maxColumns - 1)
      this.#type = attributes['t'] ?? 'n'
      this.#isDate = this.#dates[Number(attributes['s'] ?? 0)] ?? false
      this.#value = ''
    } else {
      this.#isValue = tag === 'v' || tag === 't'
    }
  }

  #closeTag(tag: string): void {
    this.#isValue = false
    if (tag === 'row') this.#rows.push(this.#row)
    if (tag !== 'c') return
    while (this.#row.length < this.#column) this.#row.push('')
    this.#row[this.#column] = this.#text()
    this.#column += 1
  }

  #text(): string {
    const value = this.#value
    if (this.#type === 's') return this.#shared[Number(value)] ?? ''
    if (this.#type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
    if (this.#type === 'n' && this.#isDate && value !== '') return isoDate(Number(value))
    return value
  }
}

/** Days since 1899-12-30 (Excel's 1900 system, whose 29 February 1900 is only wrong before March of that year). */
function isoDate(serial: number): string {
  const date = new Date(Date.UTC(1899, 11, 30) + Math.round(serial * 86_400) * 1000)
  if (Number.isNaN(date.getTime())) return String(serial)
  const text = date.toISOString()
  return Number.isInteger(serial) ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ')
}

/** `AB12` -> 27. */
function columnIndex(reference: string): number {
  let index = 0
  for (const letter of reference.match(/^[A-Z]{1,3}/)?.[0] ?? 'A') {
    index = index * 26 + letter.charCodeAt(0) - 64
  }
  return index - 1
}

/** Names may carry a prefix (`x:row`). */
function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function damaged(message: string): AppError {
  return new AppError('FileDamaged', message, { details: { reason: message } })
}
