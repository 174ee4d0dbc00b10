/** Cells as spreadsheets put them on the clipboard: tabs between cells, a line for each row, quotes around what has either. */

/** Rows that are copied or pasted at once. */
export const mostBlockRows = 10_000

export function blockToText(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => cells.map(quoted).join('\t')).join('\n')
}

function quoted(cell: string): string {
  return /["\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** A line end at the very end begins no row. A quote that is never closed is text. */
export function textToBlock(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (let at = 0; ;) {
    const { cell, end } = cellAt(text, at)
    row.push(cell)
    if (text[end] === '\t') {
      at = end + 1
      continue
    }
    rows.push(row)
    row = []
    if (end >= text.length) return rows
    at = end + (text.startsWith('\r\n', end) ? 2 : 1)
    if (at >= text.length) return rows
  }
}

const plain = /[^\t\r\n]*/y

function cellAt(text: string, start: number): { cell: string; end: number } {
  if (text[start] === '"') {
    for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 2)) {
      if (text[at + 1] === '"') continue
      const end = at + 1
      if (end < text.length && !/[\t\r\n]/.test(text[end] ?? '')) break
      return { cell: text.slice(start + 1, at).replaceAll('""', '"'), end }
    }
  }
  plain.lastIndex = start
  const cell = plain.exec(text)?.[0] ?? ''
  return { cell, end: start + cell.length }
}
