/** Question answering as fmeval scores it: exact and quasi-exact match; precision, recall and F1 over sets of words. */
import { normalizedWords } from './tokens.ts'

export function exactMatch(answer: string, reference: string): number {
  return answer.trim() === reference.trim() ? 1 : 0
}

export function quasiExactMatch(answer: string, reference: string): number {
  return normalizedWords(answer).join(' ') === normalizedWords(reference).join(' ') ? 1 : 0
}

export interface WordOverlap {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

export function wordOverlap(answer: string, reference: string): WordOverlap {
  const answered = new Set(normalizedWords(answer))
  const expected = new Set(normalizedWords(reference))
  const shared = [...answered].filter((word) => expected.has(word)).length
  const precision = answered.size === 0 ? 0 : shared / answered.size
  const recall = expected.size === 0 ? 0 : shared / expected.size
  return { precision, recall, f1: harmonicMean(precision, recall) }
}

export function harmonicMean(precision: number, recall: number): number {
  const sum = precision + recall
  return sum === 0 ? 0 : (2 * precision * recall) / sum
}
