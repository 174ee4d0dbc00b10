/** How wide a text is on a terminal, and where its lines may break: Chinese characters take two columns and no spaces. */
import { stripVTControlCharacters } from 'node:util'

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u
/** One Chinese character, with what may not begin or end a line beside it; or a word. Spaces before it come along. */
const pieces =
  /\s*(?:[（“《][^\s（“《]?|[\u2e80-\uffef]|[^\s\u2e80-\uffef“”]+)[，。、；：？！）”》]*/gu

export function terminalWidth(text: string): number {
  let width = 0
  for (const character of stripVTControlCharacters(text)) width += wide.test(character) ? 2 : 1
  return width
}

/** Lines of at most `width` columns; a word that is longer stands alone. */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const lines: string[] = []
      let current = ''
      for (const piece of line.match(pieces) ?? []) {
        if (current !== '' && terminalWidth(current + piece) > width) {
          lines.push(current)
          current = piece.trimStart()
        } else current += piece
      }
      return [...lines, current]
    })
    .join('\n')
}
