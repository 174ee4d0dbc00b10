/** How a text is written: its measures of manner, in English and other spaced scripts, and in Chinese and Japanese. */
import { rougeWords } from '../scores/tokens.ts'
import { countSyllables } from './syllables.ts'

export interface TextTraits {
  /** Words; characters of Chinese and Japanese. */
  readonly length: number
  /** Flesch-Kincaid grade; characters per clause of Chinese and Japanese. */
  readonly readingLevel: number
  /** Words of each sentence. */
  readonly sentenceLengths: readonly number[]
  /** How it begins and how it ends, without what differs from answer to answer. */
  readonly greeting: string
  readonly closing: string
  readonly words: readonly string[]
}

const sentenceEnd = /(?<=[.!?…]["'”’)\]]*)\s+|(?<=[。！？][”’」』）]*)|\n+/u
const clauseEnd = /[\p{P}\s]+/u
const ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
/** A longer first or last sentence says something; only its edge is manner. */
const longestPhrase = 6
const edgeWords = 3

export function traitsOf(text: string): TextTraits {
  const sentences = sentencesOf(text)
  const words = rougeWords(text)
  return {
    length: words.length,
    readingLevel: readingLevelOf(text, sentences, words),
    sentenceLengths: sentences.map((sentence) => rougeWords(sentence).length),
    greeting: edgeOf(sentences[0] ?? '', 'start'),
    closing: edgeOf(sentences.at(-1) ?? '', 'end'),
    words,
  }
}

export function sentencesOf(text: string): string[] {
  return text.split(sentenceEnd).filter((sentence) => rougeWords(sentence).length > 0)
}

/** 0 for an empty text. Flesch-Kincaid: J. P. Kincaid et al., 1975. */
function readingLevelOf(
  text: string,
  sentences: readonly string[],
  words: readonly string[],
): number {
  if (words.length === 0) return 0
  if (ideographic.test(text)) {
    const clauses = text.split(clauseEnd).filter((clause) => clause !== '')
    return words.length / Math.max(1, clauses.length)
  }
  const syllables = words.reduce((sum, word) => sum + countSyllables(word), 0)
  return (
    0.39 * (words.length / Math.max(1, sentences.length)) +
    11.8 * (syllables / words.length) -
    15.59
  )
}

/** A short sentence whole, the first or last words of a longer one; numbers and case do not count. */
function edgeOf(sentence: string, edge: 'start' | 'end'): string {
  // "Hi Anna, your parcel ..." greets with its first clause.
  const clauses = sentence
    .split(/[,，:：;；–—]+/u)
    .filter((clause) => rougeWords(clause).length > 0)
  const clause = (edge === 'start' ? clauses[0] : clauses.at(-1)) ?? ''
  const words = plainWords(sentence)
  const isShort = words.length <= longestPhrase
  const parts = isShort ? words : plainWords(clause)
  const kept =
    parts.length <= longestPhrase
      ? parts
      : edge === 'start'
        ? parts.slice(0, edgeWords)
        : parts.slice(-edgeWords)
  return joinWords(kept)
}

function plainWords(text: string): string[] {
  return rougeWords(text).map((word) => (/^\p{N}+$/u.test(word) ? '#' : word))
}

function joinWords(words: readonly string[]): string {
  return words
    .join(' ')
    .replace(
      /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]) (?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/gu,
      '',
    )
}
