/** Real words for the pairs of characters that topics of Chinese texts are told by: 付宝 is a part of 支付宝. */
import { emptyCharacters, topicCharacters } from './words.ts'

const han = /^\p{Script=Han}+$/u
/** Enough to have met the words that are common, and read in a moment. */
const mostCharacters = 200_000

/** The word that a pair of characters most often stands in; nothing for a pair that only ever spans two words. */
export function wordsAroundPairs(texts: readonly string[]): ReadonlyMap<string, string> {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
  const counts = new Map<string, Map<string, number>>()
  let characters = 0
  for (const text of texts) {
    const start = text.slice(0, topicCharacters)
    characters += start.length
    if (characters > mostCharacters) break
    let single = ''
    for (const { segment } of segmenter.segment(start)) {
      const isSingle =
        han.test(segment) && !emptyCharacters.test(segment) && [...segment].length === 1
      // Two characters that stand alone side by side are a word that the dictionary lacks.
      if (isSingle) count(counts, single + segment)
      else if (han.test(segment)) count(counts, segment)
      single = isSingle ? segment : ''
    }
  }
  return new Map([...counts].map(([pair, words]) => [pair, commonest(words)]))
}

function count(counts: Map<string, Map<string, number>>, word: string): void {
  const characters = [...word]
  for (let at = 0; at + 1 < characters.length; at += 1) {
    const pair = `${characters[at]}${characters[at + 1]}`
    const words = counts.get(pair) ?? new Map<string, number>()
    words.set(word, (words.get(word) ?? 0) + 1)
    counts.set(pair, words)
  }
}

function commonest(words: ReadonlyMap<string, number>): string {
  let best = ''
  for (const [word, seen] of words) if (seen > (words.get(best) ?? 0)) best = word
  return best
}
