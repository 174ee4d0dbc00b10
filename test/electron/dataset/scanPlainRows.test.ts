/**
 * Rows without a fault are scanned by their words alone, once there are examples enough. A doubled quote in every row has the
 * same table scanned row by row: both have to report the same.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanTable, type TableScan } from '../../../electron/dataset/scan.ts'

/** As long as each other. */
const [plainNote, quotedNote] = [`"''"`, `""""`]

async function scanned(
  rows: readonly string[],
  note: string,
  chunkSize: number,
): Promise<TableScan> {
  const text = `\ufeffquestion,answer,note\n${rows.join('').replaceAll(plainNote, note)}`
  // It stands for a byte that is no UTF-8.
  const bytes = Buffer.from(text).map((byte) => (byte === 0x07 ? 0xff : byte))
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunkSize)
    chunks.push(bytes.subarray(at, at + chunkSize))
  return scanTable(chunks, { encoding: 'utf-8' })
}

/** With the one note where the other stands. */
const asText = (scan: TableScan) => JSON.stringify(scan).replaceAll(`''`, String.raw`\"\"`)

const row = (question: string, answer: string) => `${question},${answer},${plainNote}\n`
const number = fc.nat(100_000)
const plainRow = fc.oneof(
  number.map((one) => row(`Question ${one}`, `It is answer ${one}`)),
  number.map((one) => row(`Question ${one}`, `"It is\nanswer ${one}"`)),
)
const otherRow = fc.oneof(
  fc.tuple(fc.nat(9), fc.nat(2)).map(([one, two]) => row(`Asked ${one}`, `Told ${two}`)),
  number.map((one) => row(`你知道第${one}个问题是什么吗`, `这是第${one}个问题的答案，请您参考`)),
  number.map((one) => row(`Question ${one}`, `Write to ${one}@example.com`)),
  number.map((one) => row(`Question ${one}`, `Question ${one}`)),
  number.map((one) => row(`Question ${one}`, 'y')),
  number.map((one) => row(`Question ${one}`, '')),
  number.map((one) => row(`Question ${one}`, `Broken\u0007`)),
  number.map((one) => row(`Question ${one}`, `Bell\u0001`)),
  number.map((one) => row(`Question ${one}`, 'A long answer '.repeat(600) + 'ends')),
  fc.constantFrom('\n', '\n\n\n', `Alone\n`),
)
const anyRow = fc.oneof({ weight: 15, arbitrary: plainRow }, { weight: 1, arbitrary: otherRow })

test('rows that are scanned by their words alone are reported as rows that are looked at', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { minLength: 100, maxLength: 700, size: 'max' }),
      fc.constantFrom(1000, 20_000, 1_000_000),
      async (rows, chunkSize) => {
        const plainly = await scanned(rows, plainNote, chunkSize)
        expect(asText(plainly)).toBe(asText(await scanned(rows, quotedNote, chunkSize)))
      },
    ),
    { numRuns: 60, endOnFailure: true },
  )
})
