/** What the keys of a spreadsheet do: where the active cell goes, or what is to be done. */

export interface Cell {
  /** Place in the view, from 0. */
  readonly place: number
  readonly column: number
}

export interface GridExtent {
  readonly rowCount: number
  readonly columnCount: number
  /** Rows of a page up or down. */
  readonly pageRows: number
}

export interface KeyPress {
  readonly key: string
  readonly ctrl: boolean
  readonly shift: boolean
  readonly alt: boolean
}

export type GridAction =
  | { readonly kind: 'move'; readonly cell: Cell; readonly extends: boolean }
  | { readonly kind: 'edit'; /** Replaces the text when given. */ readonly text: string | null }
  | {
      readonly kind:
        | 'delete'
        | 'undo'
        | 'redo'
        | 'find'
        | 'replace'
        | 'findNext'
        | 'findPrevious'
        | 'selectAll'
        | 'exclude'
        | 'copy'
        | 'cut'
        | 'leave'
    }

/** Null for a key that means nothing here. */
export function actionOf(press: KeyPress, cell: Cell, extent: GridExtent): GridAction | null {
  const { key, ctrl, shift, alt } = press
  if (alt) return null
  if (ctrl) return controlAction(key.toLowerCase(), shift, cell, extent)
  const target = movedCell(key, cell, extent)
  if (target) return { kind: 'move', cell: target, extends: shift && key !== 'Tab' }
  if (key === 'F3') return { kind: shift ? 'findPrevious' : 'findNext' }
  if (key === 'Enter' || key === 'F2') return { kind: 'edit', text: null }
  if (key === 'Delete' || key === 'Backspace') return { kind: 'delete' }
  if (key === 'Escape') return { kind: 'leave' }
  return [...key].length === 1 && key !== ' ' ? { kind: 'edit', text: key } : null
}

function controlAction(
  key: string,
  shift: boolean,
  cell: Cell,
  extent: GridExtent,
): GridAction | null {
  const last = Math.max(0, extent.rowCount - 1)
  const move = (place: number, column: number): GridAction => ({
    kind: 'move',
    cell: { place, column },
    extends: shift,
  })
  switch (key) {
    case 'home':
      return move(0, 0)
    case 'end':
      return move(last, extent.columnCount - 1)
    case 'arrowup':
      return move(0, cell.column)
    case 'arrowdown':
      return move(last, cell.column)
    case 'arrowleft':
      return move(cell.place, 0)
    case 'arrowright':
      return move(cell.place, extent.columnCount - 1)
    case 'z':
      return { kind: shift ? 'redo' : 'undo' }
    case 'y':
      return { kind: 'redo' }
    case 'f':
      return { kind: 'find' }
    case 'h':
      return { kind: 'replace' }
    case 'g':
      return { kind: shift ? 'findPrevious' : 'findNext' }
    case 'a':
      return { kind: 'selectAll' }
    case 'e':
      return { kind: 'exclude' }
    case 'c':
      return { kind: 'copy' }
    case 'x':
      return { kind: 'cut' }
    default:
      return null
  }
}

function movedCell(key: string, { place, column }: Cell, extent: GridExtent): Cell | null {
  const { rowCount, columnCount, pageRows } = extent
  const at = (newPlace: number, newColumn: number): Cell => ({
    place: Math.min(Math.max(newPlace, 0), Math.max(0, rowCount - 1)),
    column: Math.min(Math.max(newColumn, 0), Math.max(0, columnCount - 1)),
  })
  switch (key) {
    case 'ArrowUp':
      return at(place - 1, column)
    case 'ArrowDown':
      return at(place + 1, column)
    case 'ArrowLeft':
      return at(place, column - 1)
    case 'ArrowRight':
      return at(place, column + 1)
    case 'Home':
      return at(place, 0)
    case 'End':
      return at(place, columnCount - 1)
    case 'PageUp':
      return at(place - pageRows, column)
    case 'PageDown':
      return at(place + pageRows, column)
    default:
      return null
  }
}
