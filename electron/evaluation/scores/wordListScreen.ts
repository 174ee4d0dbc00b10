/** A word-list screen for unwanted language: it finds listed words and knows nothing of what is meant. */
import { screenCategories, type ScreenCategory } from '../../../shared/evaluation.ts'
import { chineseWords, englishWords } from './wordLists.ts'

const patterns = screenCategories.map((category) => ({
  category,
  english: new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${englishWords[category].map(inflected).join('|')})(?![\\p{L}\\p{N}])`,
    'u',
  ),
  chinese: new RegExp(chineseWords[category].join('|'), 'u'),
}))

/** Spaces of any length, and the usual endings of the last word. */
function inflected(phrase: string): string {
  return `${phrase.replaceAll(' ', '\\s+')}(?:s|es|ed|er|ers|ing|in)?`
}

export function screenByWordList(text: string): ScreenCategory[] {
  // NFKC: full-width letters are letters.
  const plain = text.normalize('NFKC').toLowerCase()
  return patterns
    .filter(({ english, chinese }) => english.test(plain) || chinese.test(plain))
    .map(({ category }) => category)
}
