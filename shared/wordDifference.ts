/** Which words of one text are not in another, in their order: the longest common subsequence leaves them over. */

export interface MarkedPiece {
  readonly text: string
  readonly isDifferent: boolean
}

/** Beyond this a comparison takes longer than anyone waits for. */
const mostWords = 1500

/** `text` in pieces, those marked that `reference` doesn't have at their place. Put together they are `text` again. */
export function markDifferences(text: string, reference: string): MarkedPiece[] {
  const words = segment(text)
  const others = segment(reference)
  if (words.length > mostWords || others.length > mostWords) return [{ text, isDifferent: false }]
  const common = commonWords(words, others)
  const pieces: { text: string; isDifferent: boolean }[] = []
  words.forEach((word, index) => {
    const last = pieces.at(-1)
    // Space between two marked words belongs to them.
    const isSpace = word.trim() === ''
    const isDifferent = isSpace ? (last?.isDifferent ?? false) : !common.has(index)
    if (last?.isDifferent === isDifferent) last.text += word
    else pieces.push({ text: word, isDifferent })
  })
  return pieces
}

/** Words, the space between them, and single signs; of scripts without spaces what their dictionaries call a word. */
function segment(text: string): string[] {
  return [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].map(
    (piece) => piece.segment,
  )
}

/** Positions in `words` of a longest common subsequence with `others`. */
function commonWords(words: readonly string[], others: readonly string[]): Set<number> {
  const width = others.length + 1
  const lengths = new Uint16Array((words.length + 1) * width)
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0
  for (let row = words.length - 1; row >= 0; row -= 1)
    for (let column = others.length - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        words[row] === others[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
  const common = new Set<number>()
  let row = 0
  let column = 0
  while (row < words.length && column < others.length) {
    if (words[row] === others[column]) {
      common.add(row)
      row += 1
      column += 1
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1
    else column += 1
  }
  return common
}
