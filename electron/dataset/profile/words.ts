/** The words of a text that can tell its topic: whole words of alphabets, pairs of characters of Chinese. */

/** Words that stand in texts of every topic. */
const emptyWords = new Set(
  (
    'the and is are was were be been you your yours i me my we us our it its of to for with how what can could do does did not this that these ' +
    'have has had on in at by from as or if so no yes when where which who why will would should may might there here they them their he she his her ' +
    'a an any all more most some than then too very just also only about into over after before up down out off please thank thanks hello hi dear help ' +
    'get got need want know like one two make made use used using want wants let lets am im ive dont cant its'
  ).split(' '),
)
/** A pair with one of these tells no topic. */
export const emptyCharacters =
  /[的了吗呢是我你您他她它么什怎如何可以在有和与或就都也不没要能会吧啊请这那个些们对为把被到从给让很更最还又再所把及其之后前里]/u
const segments = /[\p{Script=Han}]+|[\p{L}\p{M}]{3,}/gu
const han = /\p{Script=Han}/u

/** Enough of a text to tell its topic. */
export const topicCharacters = 400

/** In the order of the text, with repetitions. */
export function topicWords(text: string): string[] {
  const words: string[] = []
  for (const [segment] of text.slice(0, topicCharacters).toLowerCase().matchAll(segments)) {
    if (!han.test(segment)) {
      if (!emptyWords.has(segment)) words.push(stem(segment))
      continue
    }
    const characters = [...segment]
    for (let at = 0; at + 1 < characters.length; at += 1) {
      const pair = `${characters[at]}${characters[at + 1]}`
      if (!emptyCharacters.test(pair)) words.push(pair)
    }
  }
  return words
}

/** Only the plural's s: enough for `lamps` to be `lamp`, and the label stays a word. */
function stem(word: string): string {
  return /[^su]s$/.test(word) && word.length > 4 ? word.slice(0, -1) : word
}
