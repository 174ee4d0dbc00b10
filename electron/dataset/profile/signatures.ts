/**
 * A short fingerprint of a text, such that similar texts have similar fingerprints: b-bit MinHash with one permutation
 * (Li, Owen, Zhang 2012) over stretches of eight bytes, empty bins filled by rotation (Shrivastava, Li 2014). Made in
 * textKernel.wat; case, punctuation and white space make no difference.
 *
 * Eight bytes are a word and a half of English and almost three Chinese characters, so one rule serves both.
 */
import { rowWord, signatureWords, TextKernel } from './textKernel.ts'

/** Signatures of texts one by one; null for a text without a letter or digit. Valid until the next one is made. */
export function createSigner(): (text: Uint8Array) => Uint32Array | null {
  const kernel = new TextKernel()
  const { signature } = rowWord
  return (text) =>
    kernel.sign(text) ? kernel.rows.subarray(signature, signature + signatureWords) : null
}
