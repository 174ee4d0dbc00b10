/** How text is cut before byte pairs are merged, so that no token spans two words. */

/**
 * A pattern of Hugging Face's tokenizers, where white space is Unicode's: JavaScript's `\s` has U+FEFF too, and lacks
 * U+0085.
 */
export function withUnicodeWhiteSpace(pattern: string): string {
  return pattern.replace(/\\(.)/gu, (escape, character: string) => {
    if (character === 's') return '\\p{White_Space}'
    return character === 'S' ? '\\P{White_Space}' : escape
  })
}

/** GPT-2's pattern: contractions, words and numbers with their leading space, punctuation, white space. */
export const gpt2Pattern = new RegExp(
  withUnicodeWhiteSpace(
    String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  ),
  'gu',
)

/** Every match is a piece, and so is every stretch between matches. */
export function splitPreTokens(text: string, pattern: RegExp): string[] {
  const pieces: string[] = []
  let start = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > start) pieces.push(text.slice(start, match.index))
    if (match[0] !== '') pieces.push(match[0])
    start = match.index + match[0].length
  }
  if (start < text.length) pieces.push(text.slice(start))
  return pieces
}

export function splitDigits(text: string): string[] {
  return splitPreTokens(text, /\p{N}/gu)
}
