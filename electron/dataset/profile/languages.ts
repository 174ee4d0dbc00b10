/** Which language a text is in, by its script and, for Latin letters, by its commonest words. A guess from few bytes. */
import { languageCodes } from './languageTables.ts'
import { TextKernel } from './textKernel.ts'

/** Enough to tell, and little enough for millions of rows. */
const lookedAtBytes = 240

let kernel: TextKernel | undefined

/** A BCP 47 code; `und` where there is too little to tell. */
export function detectLanguage(bytes: Uint8Array, start: number, end: number): string {
  kernel ??= new TextKernel()
  const stop = Math.min(end, start + lookedAtBytes)
  return languageCodes[kernel.language(bytes.subarray(start, stop))] ?? 'und'
}
