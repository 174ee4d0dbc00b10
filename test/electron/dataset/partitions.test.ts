import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Partitions } from '../../../electron/dataset/partitions.ts'

/** In memory, partly in files, and wholly in files. */
test.each([Infinity, 200_000, 0])(
  'gives back what was added, in order, with %d words in memory',
  (most) => {
    const parts = new Partitions(3, most, 4)
    const wanted: number[][] = [[], [], [], []]
    for (const round of [0, 1]) {
      for (let at = 0; at < 60_000; at += 1) {
        const part = (at * 7 + round) % 4
        const record = Uint32Array.of(99, at, at * 3, round)
        parts.add(part, record, 1)
        wanted[part]?.push(at, at * 3, round)
      }
      for (const [part, words] of wanted.entries()) {
        expect([...parts.readWhole(part)]).toEqual(words)
        const read: number[] = []
        for (const stretch of parts.read(part)) read.push(...stretch)
        expect(read).toEqual(words)
      }
      parts.clear()
      wanted.forEach((words) => words.splice(0))
    }
    parts.close()
  },
)

test('parts of any size', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 3 }), (sizes) => {
      const parts = new Partitions(1, 1000, 3)
      sizes.forEach((size, part) => {
        for (let at = 0; at < size; at += 1) parts.add(part, Uint32Array.of(at), 0)
      })
      sizes.forEach((size, part) => expect(parts.readWhole(part)).toHaveLength(size))
      parts.close()
    }),
    { numRuns: 20 },
  )
})
