/** Syllables of an English word, estimated from its vowels: what reading-level formulas are computed with. */

const silentEnding = /(?:[^laeiouy]es|[^td]ed|[^laeiouy]e)$/u
const vowels = /[aeiouyäöüàâéèêëîïôûæœ]{1,2}/gu

/** At least one: runs of one or two vowels count once, a silent ending does not. */
export function countSyllables(word: string): number {
  const letters = word.toLowerCase().replace(/[^\p{L}]/gu, '')
  if (letters.length <= 3) return 1
  const spoken = letters.replace(silentEnding, '').replace(/^y/u, '')
  return Math.max(1, spoken.match(vowels)?.length ?? 0)
}
