/** Recognises files that are no text by their first bytes, whatever their name says. */
import { detectEncoding } from './textEncoding.ts'

export type BinaryKind =
  'picture' | 'pdf' | 'excel' | 'zip' | 'gzip' | 'database' | 'parquet' | 'program' | 'binary'

const signatures: readonly (readonly [BinaryKind, string])[] = [
  ['picture', '\x89PNG\r\n'],
  ['picture', '\xff\xd8\xff'],
  ['picture', 'GIF87a'],
  ['picture', 'GIF89a'],
  ['picture', 'II*\0'],
  ['picture', 'MM\0*'],
  ['pdf', '%PDF-'],
  ['excel', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['zip', 'PK\x03\x04'],
  ['zip', 'PK\x05\x06'],
  ['zip', '7z\xbc\xaf\x27\x1c'],
  ['zip', 'Rar!\x1a\x07'],
  ['zip', '\x28\xb5\x2f\xfd'],
  ['gzip', '\x1f\x8b'],
  ['database', 'SQLite format 3\0'],
  ['parquet', 'PAR1'],
  ['program', '\x7fELF'],
]

/** Above this share of control characters nobody wrote the file as text. */
const maxControlShare = 0.1

/** Null for text in UTF-8, UTF-16 or an encoding that extends ASCII. */
export function binaryKind(head: Buffer): BinaryKind | null {
  const start = head.subarray(0, 4096).toString('latin1')
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'picture'
  const kind = signatures.find(([, signature]) => start.startsWith(signature))?.[0]
  if (kind === 'zip' && /\[Content_Types\]\.xml|xl\//.test(start)) return 'excel'
  if (kind) return kind
  if (detectEncoding(head).startsWith('utf-16')) return null
  const controls = head.filter(
    (byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d,
  )
  return controls.length > head.length * maxControlShare ? 'binary' : null
}
