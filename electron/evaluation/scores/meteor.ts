/**
 * METEOR (Lavie and Agarwal, 2007) as nltk computes it, with exact and stemmed matches. The synonyms of WordNet are not
 * matched: no lexical database comes with the app, so a score is at most what nltk's would be.
 */
import { stem } from './porterStemmer.ts'
import { wordsAndMarks } from './tokens.ts'

const recallWeight = 0.9
const fragmentationExponent = 3
const fragmentationWeight = 0.5

interface Token {
  readonly at: number
  readonly text: string
}

export function meteor(answer: string, reference: string): number {
  return meteorOfTokens(wordsAndMarks(answer), wordsAndMarks(reference))
}

/** Of tokens in lower case. */
export function meteorOfTokens(answer: readonly string[], reference: readonly string[]): number {
  const matches = align(answer, reference).sort((a, b) => a[0] - b[0])
  if (matches.length === 0) return 0
  const precision = matches.length / answer.length
  const recall = matches.length / reference.length
  const mean = (precision * recall) / (recallWeight * precision + (1 - recallWeight) * recall)
  const fragmentation = countChunks(matches) / matches.length
  return mean * (1 - fragmentationWeight * fragmentation ** fragmentationExponent)
}

type Match = readonly [answer: number, reference: number]

/** Exact words first, then stems of what is left. */
function align(answer: readonly string[], reference: readonly string[]): Match[] {
  const answered = answer.map((text, at): Token => ({ at, text }))
  const expected = reference.map((text, at): Token => ({ at, text }))
  const exact = matchTokens(answered, expected)
  const stemmed = (tokens: readonly Token[], taken: ReadonlySet<number>) =>
    tokens.filter(({ at }) => !taken.has(at)).map(({ at, text }) => ({ at, text: stem(text) }))
  const rest = matchTokens(
    stemmed(answered, new Set(exact.map(([at]) => at))),
    stemmed(expected, new Set(exact.map(([, at]) => at))),
  )
  return [...exact, ...rest]
}

/** From the end, each with the last equal one that is still free, as nltk does. */
function matchTokens(answered: readonly Token[], expected: readonly Token[]): Match[] {
  const free = new Map<string, number[]>()
  for (const { at, text } of expected) free.set(text, [...(free.get(text) ?? []), at])
  return answered.toReversed().flatMap(({ at, text }): Match[] => {
    const other = free.get(text)?.pop()
    return other === undefined ? [] : [[at, other]]
  })
}

/** Runs of matches that are neighbours in both texts. */
function countChunks(matches: readonly Match[]): number {
  return matches.filter(([answer, reference], index) => {
    const previous = matches[index - 1]
    return previous?.[0] !== answer - 1 || previous[1] !== reference - 1
  }).length
}
