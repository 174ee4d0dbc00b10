/** Factual knowledge as fmeval scores it: whether the answer contains what is expected. */
import { normalizedWords } from './tokens.ts'

export function exactInclusion(answer: string, expected: string): number {
  return answer.toLowerCase().includes(expected.toLowerCase()) ? 1 : 0
}

/** After the normalisation of quasi-exact match; parts of words count, as in fmeval. */
export function quasiExactInclusion(answer: string, expected: string): number {
  const normalized = (text: string) => normalizedWords(text).join(' ')
  return normalized(answer).includes(normalized(expected)) ? 1 : 0
}
