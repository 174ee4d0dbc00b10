/** Cells of nbformat 4.5, without their ids. */

export type NotebookCell =
  | { readonly cell_type: 'markdown'; readonly metadata: object; readonly source: string[] }
  | {
      readonly cell_type: 'code'
      readonly metadata: object
      readonly source: string[]
      readonly execution_count: null
      readonly outputs: []
    }

export function markdown(text: string): NotebookCell {
  return { cell_type: 'markdown', metadata: {}, source: linesOf(text) }
}

export function code(text: string): NotebookCell {
  return {
    cell_type: 'code',
    metadata: {},
    source: linesOf(text),
    execution_count: null,
    outputs: [],
  }
}

/** Each but the last keeps its newline. */
function linesOf(text: string): string[] {
  return text.split('\n').map((line, index, all) => (index < all.length - 1 ? `${line}\n` : line))
}
