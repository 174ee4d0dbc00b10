/** ROUGE-1, -2 and -L as the rouge-score package computes them with its stemmer: the F-measure. */
import { stem } from './porterStemmer.ts'
import { rougeWords } from './tokens.ts'
import { harmonicMean } from './wordOverlap.ts'

/** Words of more than three letters are stemmed. */
function rougeTokens(text: string): string[] {
  return rougeWords(text).map((word) => (word.length > 3 ? stem(word) : word))
}

/** Overlap of runs of `size` words. */
export function rougeN(answer: string, reference: string, size: number): number {
  const answered = countRuns(rougeTokens(answer), size)
  const expected = countRuns(rougeTokens(reference), size)
  let shared = 0
  for (const [run, count] of expected) shared += Math.min(count, answered.get(run) ?? 0)
  return harmonicMean(shared / Math.max(total(answered), 1), shared / Math.max(total(expected), 1))
}

/** Longest common subsequence of the whole texts. */
export function rougeL(answer: string, reference: string): number {
  const answered = rougeTokens(answer)
  const expected = rougeTokens(reference)
  if (answered.length === 0 || expected.length === 0) return 0
  const longest = longestCommonSubsequence(answered, expected)
  return harmonicMean(longest / answered.length, longest / expected.length)
}

function countRuns(tokens: readonly string[], size: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let at = 0; at + size <= tokens.length; at += 1) {
    const run = tokens.slice(at, at + size).join(' ')
    counts.set(run, (counts.get(run) ?? 0) + 1)
  }
  return counts
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let above = new Array<number>(b.length + 1).fill(0)
  for (const token of a) {
    const row = [0]
    for (const [index, other] of b.entries()) {
      const diagonal = above[index] ?? 0
      row.push(token === other ? diagonal + 1 : Math.max(above[index + 1] ?? 0, row[index] ?? 0))
    }
    above = row
  }
  return above[b.length] ?? 0
}
