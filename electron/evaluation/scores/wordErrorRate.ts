/** Word error rate: edits from one text to the other, by the words of the first. */
import { spacedWords } from './tokens.ts'

/** Words to insert, delete or replace, divided by the words before; 1 for words out of nothing. */
export function wordErrorRate(before: string, after: string): number {
  const from = spacedWords(before)
  const to = spacedWords(after)
  if (from.length === 0) return to.length === 0 ? 0 : 1
  return editDistance(from, to) / from.length
}

/** Levenshtein's distance of two sequences. */
function editDistance(a: readonly string[], b: readonly string[]): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [row, token] of a.entries()) {
    const distances = [row + 1]
    for (const [index, other] of b.entries()) {
      const replaced = (above[index] ?? 0) + (token === other ? 0 : 1)
      distances.push(Math.min(replaced, (above[index + 1] ?? 0) + 1, (distances[index] ?? 0) + 1))
    }
    above = distances
  }
  return above[b.length] ?? 0
}
