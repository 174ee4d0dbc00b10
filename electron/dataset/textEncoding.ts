/** How a file's bytes become UTF-8: byte-order marks, and UTF-16 with or without one. */
import type { ScanReport } from '../../shared/dataset.ts'

export type TextEncoding = ScanReport['encoding']
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

const utf8Mark = Buffer.from([0xef, 0xbb, 0xbf])

/** Looks at the first bytes; without a mark, UTF-16 shows by a zero in every second byte of Latin text. */
export function detectEncoding(head: Uint8Array): TextEncoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const pairs = Math.floor(Math.min(head.length, 4096) / 2)
  if (pairs < 4) return 'utf-8'
  let zeroFirst = 0
  let zeroSecond = 0
  for (let pair = 0; pair < pairs; pair += 1) {
    if (head[2 * pair] === 0) zeroFirst += 1
    if (head[2 * pair + 1] === 0) zeroSecond += 1
  }
  if (zeroSecond > pairs * 0.4 && zeroFirst < pairs * 0.05) return 'utf-16le'
  if (zeroFirst > pairs * 0.4 && zeroSecond < pairs * 0.05) return 'utf-16be'
  return 'utf-8'
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
