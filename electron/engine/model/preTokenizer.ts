/** How text is cut before byte pairs are merged, so that no token spans two words. */

/** GPT-2's pattern: contractions, words and numbers with their leading space, punctuation, white space. */
export const gpt2Pattern =
  /'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

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
