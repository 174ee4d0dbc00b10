/** Groups of nearly equal texts among millions: signatures that share a band are compared, the others are not. */
import { areSimilar, signatureLength } from './signatures.ts'

const bandBytes = 4
const bands = signatureLength / bandBytes
/** Texts of one band that a text is compared with; more would be quadratic where thousands share a phrase. */
const mostCompared = 8

/**
 * @param signatures one after the other
 * @param isSigned zero for a text that has no signature and belongs to no group
 * @returns for each text the smallest number of its group; a text that is like no other is its own group
 */
export function groupSimilar(signatures: Uint8Array, isSigned: Uint8Array): Int32Array {
  const count = isSigned.length
  const parents = Int32Array.from({ length: count }, (_, index) => index)
  const keys = new Uint32Array(
    signatures.buffer,
    signatures.byteOffset,
    signatures.length / bandBytes,
  )
  const size = 2 ** Math.ceil(Math.log2(Math.max(count, 4) * 1.5))
  const heads = new Int32Array(size)
  const next = new Int32Array(count)
  for (let band = 0; band < bands; band += 1) {
    heads.fill(-1)
    for (let text = 0; text < count; text += 1) {
      if (isSigned[text] === 0) continue
      const key = keys[text * bands + band] as number // every text has all its bands
      const slot = findSlot(heads, keys, band, key, size)
      const head = heads[slot] as number // a slot is within the table
      let candidate = head
      for (let compared = 0; candidate >= 0 && compared < mostCompared; compared += 1) {
        const isKnown = rootOf(parents, candidate) === rootOf(parents, text)
        if (isKnown) break
        if (areSimilar(signatures, candidate, text)) {
          join(parents, candidate, text)
          break
        }
        candidate = next[candidate] as number // -1 ends the chain
      }
      // The oldest stays in front; those that are unlike it follow.
      if (head < 0) heads[slot] = text
      next[text] = head < 0 ? -1 : (next[head] as number)
      if (head >= 0) next[head] = text
    }
  }
  for (let text = 0; text < count; text += 1) parents[text] = rootOf(parents, text)
  return parents
}

function findSlot(
  heads: Int32Array,
  keys: Uint32Array,
  band: number,
  key: number,
  size: number,
): number {
  let slot = (Math.imul(key, 0x9e3779b1) >>> 0) & (size - 1)
  for (;;) {
    const head = heads[slot] as number // a slot is within the table
    if (head < 0 || keys[head * bands + band] === key) return slot
    slot = (slot + 1) & (size - 1)
  }
}

function rootOf(parents: Int32Array, text: number): number {
  let root = text
  while (parents[root] !== root) {
    const parent = parents[root] as number // every text has one
    parents[root] = parents[parent] as number
    root = parents[root] as number
  }
  return root
}

/** The smaller number stays the root, so that a group is named by its first text. */
function join(parents: Int32Array, first: number, second: number): void {
  const [a, b] = [rootOf(parents, first), rootOf(parents, second)]
  parents[Math.max(a, b)] = Math.min(a, b)
}
