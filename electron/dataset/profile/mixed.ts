/** A hash of two numbers whose upper bits are good, as textKernel.wat makes it. */
export function mixed(a: number, b: number): number {
  const sum = (Math.imul(a, 0x9e3779b1) + Math.imul(b, 0x85ebca6b)) | 0
  return Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d) >>> 0
}

/** Bits of a table of so many entries that at most half of it is filled. */
export function tableBits(entries: number): number {
  return Math.ceil(Math.log2(Math.max(entries, 8) * 2))
}
