/** How a file's bytes become UTF-8: byte-order marks, UTF-16 with or without one, and the encodings before Unicode. */
import { analyse } from 'chardet'
import { sequenceLength } from './characters.ts'

/** A label of the WHATWG Encoding Standard, see `encodingLabels`. */
export type TextEncoding = string
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf])
/** What the detector calls them -> the label. */
const labels: Readonly<Record<string, TextEncoding>> = {
  GB18030: 'gb18030',
  Big5: 'big5',
  Shift_JIS: 'shift_jis',
  'windows-1252': 'windows-1252',
  'ISO-8859-1': 'windows-1252',
  'EUC-JP': 'euc-jp',
  'EUC-KR': 'euc-kr',
  'windows-1250': 'windows-1250',
  'windows-1251': 'windows-1251',
  'KOI8-R': 'koi8-r',
  'ISO-8859-2': 'iso-8859-2',
}
const singleByte: readonly TextEncoding[] = [
  ...['windows-1252', 'windows-1250', 'windows-1251', 'koi8-r', 'iso-8859-2'],
]

/**
 * Looks at the first bytes, or at samples of the whole file joined together. Without a mark, UTF-16 shows by a zero in
 * every second byte of Latin text. A few bytes that are no UTF-8 are faults of a UTF-8 file; where most of what is not
 * ASCII is no UTF-8, and another encoding makes words of it, the file is in that one.
 */
export function detectEncoding(head: Uint8Array): TextEncoding {
  const wide = detectUtf16(head)
  if (wide) return wide
  if (markLength(head.subarray(firstVisible(head))) > 0) return 'utf-8'
  const { valid, invalid } = countSequences(head)
  if (invalid < 4 || invalid < valid) return 'utf-8'
  for (const { name, confidence } of analyse(head)) {
    const label = labels[name]
    if (label && confidence >= 10 && isPlausible(head, label)) return label
  }
  return 'utf-8'
}

/** Where spaces, line ends and control characters are over: a mark after them is no less one. */
function firstVisible(bytes: Uint8Array): number {
  return Math.max(
    0,
    bytes.findIndex((byte) => byte > 0x20),
  )
}

function detectUtf16(head: Uint8Array): TextEncoding | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const pairs = Math.floor(Math.min(head.length, 4096) / 2)
  if (pairs < 4) return null
  let zeroFirst = 0
  let zeroSecond = 0
  for (let pair = 0; pair < pairs; pair += 1) {
    if (head[2 * pair] === 0) zeroFirst += 1
    if (head[2 * pair + 1] === 0) zeroSecond += 1
  }
  if (zeroSecond > pairs * 0.4 && zeroFirst < pairs * 0.05) return 'utf-16le'
  if (zeroFirst > pairs * 0.4 && zeroSecond < pairs * 0.05) return 'utf-16be'
  return null
}

/** Sequences of UTF-8 beyond ASCII, and bytes that belong to none. */
function countSequences(bytes: Uint8Array): { valid: number; invalid: number } {
  let valid = 0
  let invalid = 0
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at)
    if (length > 1) valid += 1
    if (length < 0) invalid -= length
    at += Math.abs(length)
  }
  return { valid, invalid }
}

/** Decodes to text almost everywhere; a one-byte encoding decodes anything, so there its letters have to form words. */
function isPlausible(sample: Uint8Array, encoding: TextEncoding): boolean {
  const text = new TextDecoder(encoding).decode(sample)
  const beyond = text.match(/[^\u0000-\u007f]/gu) ?? []
  const lost = beyond.filter((character) => /[\ufffd\u0080-\u009f\ue000-\uf8ff]/u.test(character))
  if (lost.length > beyond.length * 0.02 + 1) return false
  if (!singleByte.includes(encoding)) return true
  const inWords = text.match(/(?<=\p{L})[^\u0000-\u007f]|[^\u0000-\u007f](?=\p{Ll})/gu) ?? []
  const signs = text.match(/[‘’“”–—…€•«»°§©®]/gu) ?? []
  return lost.length === 0 && inWords.length + signs.length >= beyond.length * 0.9
}

/** The bytes as UTF-8; what cannot be decoded becomes U+FFFD, or bytes that the scan reports as invalid. */
export function toUtf8(chunks: Chunks, encoding: TextEncoding): Chunks {
  if (encoding === 'utf-8') return chunks
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return utf16ToUtf8(chunks, encoding)
  return legacyToUtf8(chunks, encoding)
}

async function* legacyToUtf8(chunks: Chunks, encoding: TextEncoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

/** Number of bytes of byte-order marks at the start of UTF-8 text: files that were joined carry several. */
export function markLength(head: Uint8Array): number {
  let length = 0
  while (utf8Mark.every((byte, index) => head[length + index] === byte)) length += utf8Mark.length
  return length
}

/**
 * UTF-16 as UTF-8, its mark dropped. What is no valid UTF-16 is not lost: half a surrogate pair becomes its three bytes
 * and half a unit becomes FF, both of which the scan reports as invalid.
 */
export async function* utf16ToUtf8(
  chunks: Chunks,
  encoding: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  let isStart = true
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const whole = wholeUnits(bytes, encoding)
    rest = bytes.subarray(whole)
    let text = decodeUnits(bytes.subarray(0, whole), encoding)
    if (isStart && text !== '') {
      isStart = false
      if (text.startsWith('\ufeff')) text = text.slice(1)
    }
    yield encodeText(text)
  }
  const units = rest.length - (rest.length % 2)
  yield encodeText(decodeUnits(rest.subarray(0, units), encoding))
  if (units < rest.length) yield Buffer.from([0xff])
}

/** Leaves an odd byte and a high surrogate at the end for the next chunk. */
function wholeUnits(bytes: Buffer, encoding: TextEncoding): number {
  const even = bytes.length - (bytes.length % 2)
  const lastHighByte = bytes[encoding === 'utf-16le' ? even - 1 : even - 2] ?? 0
  return even > 0 && (lastHighByte & 0xfc) === 0xd8 ? even - 2 : even
}

function decodeUnits(bytes: Buffer, encoding: TextEncoding): string {
  const littleEndian = encoding === 'utf-16le' ? bytes : Buffer.from(bytes).swap16()
  return littleEndian.toString('utf16le')
}

function encodeText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const parts = text.split(
    /((?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff]))/,
  )
  return Buffer.concat(
    parts.map((part) =>
      part.length === 1 && !part.isWellFormed() ? loneSurrogate(part) : Buffer.from(part),
    ),
  )
}

function loneSurrogate(half: string): Buffer {
  const unit = half.charCodeAt(0)
  return Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)])
}
