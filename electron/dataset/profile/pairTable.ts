/** The pairs of tokens that merge, as textKernel.wat reads them: 20 bits for each token and 24 for their rank. */
import { mixed, tableBits } from './mixed.ts'

export const mostTokens = 2 ** 20 - 1
export const mostRanks = 2 ** 24 - 1
const unused = 0xffff_ffff

/** Of a pair that is listed twice the last rank counts, as in pairMerging.ts. */
export function createPairTable(
  merges: readonly (readonly [left: number, right: number, merged: number])[],
): Uint32Array<SharedArrayBuffer> {
  const table = new Uint32Array(new SharedArrayBuffer(2 ** tableBits(merges.length) * 8)).fill(
    unused,
  )
  merges.forEach(([left, right], rank) => {
    const at = placeOf(table, left, right)
    table[at] = ((right & 0xff) << 24) | rank
    table[at + 1] = (left << 12) | (right >>> 8)
  })
  return table
}

/** Undefined where the two never merge. */
export function rankInTable(table: Uint32Array, left: number, right: number): number | undefined {
  const at = placeOf(table, left, right)
  return table[at + 1] === unused ? undefined : (table[at] ?? 0) & mostRanks
}

/** Where the pair is, or would be. */
function placeOf(table: Uint32Array, left: number, right: number): number {
  const slots = table.length / 2
  const high = ((left << 12) | (right >>> 8)) >>> 0
  let slot = mixed(left, right) >>> (32 - Math.log2(slots))
  for (;;) {
    const found = table[slot * 2 + 1]
    if (found === unused) return slot * 2
    if (found === high && (table[slot * 2] ?? 0) >>> 24 === (right & 0xff)) return slot * 2
    slot = (slot + 1) % slots
  }
}
