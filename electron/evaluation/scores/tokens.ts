/** Texts -> what the scores count: words, and characters where a script has no spaces. Definitions: docs/evaluation.md. */

/** Scripts that are counted by character, as Chinese reading comprehension is scored (CMRC 2018). */
const byCharacter = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
/** Scripts without spaces whose characters are no words: the system's dictionary splits them. */
const byDictionary = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

const englishArticles = new Set(['a', 'an', 'the'])
/** Python's string.punctuation, which fmeval removes. */
const asciiPunctuation = /[!-/:-@[-`{-~]/g
const anyPunctuation = /\p{P}/gu

/**
 * fmeval's normalisation (SQuAD and QuAC): lower case, without punctuation, articles and extra spaces. Texts with Chinese
 * or Japanese characters also lose the punctuation of those scripts, which string.punctuation does not know.
 */
export function normalizedWords(text: string): string[] {
  const punctuation = byCharacter.test(text) ? anyPunctuation : asciiPunctuation
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(asciiPunctuation, '')
    .replace(punctuation, '')
    .split(/\s+/u)
    .filter((word) => word !== '' && !englishArticles.has(word))
    .flatMap(splitScripts)
}

/** rouge-score's tokens, before stemming: runs of letters and digits in lower case. Here of any script. */
export function rougeWords(text: string): string[] {
  return (
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).flatMap(splitScripts)
}

/** Words, with the marks between them as tokens of their own. */
export function wordsAndMarks(text: string): string[] {
  const pieces = text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}]+)*|[^\s\p{L}\p{M}\p{N}]/gu)
  return (pieces ?? []).flatMap(splitScripts)
}

/** Words as they are written, marks and case included; single characters of scripts without spaces. */
export function spacedWords(text: string): string[] {
  return text
    .normalize('NFC')
    .split(/\s+/u)
    .filter((word) => word !== '')
    .flatMap(splitScripts)
}

/** A run without spaces -> its words: single characters of Chinese and Japanese, dictionary words of Thai and its like. */
function splitScripts(run: string): string[] {
  if (!byCharacter.test(run) && !byDictionary.test(run)) return [run]
  const words: string[] = []
  let rest = ''
  const flush = () => {
    if (rest !== '') words.push(...(byDictionary.test(rest) ? dictionaryWords(rest) : [rest]))
    rest = ''
  }
  for (const character of run) {
    if (byCharacter.test(character)) {
      flush()
      words.push(character)
    } else {
      rest += character
    }
  }
  flush()
  return words
}

/** Characters where the system has no dictionary. */
function dictionaryWords(text: string): string[] {
  if (!('Segmenter' in Intl)) return [...text]
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}
