/** The table of rows: as many as there are, and never more in the document than can be seen. */
import { Loader } from '@mantine/core'
import { useMergedRef, useResizeObserver } from '@mantine/hooks'
import { IconArrowDown, IconArrowUp, IconEyeOff } from '@tabler/icons-react'
import { useEffect, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { GridRow, RowSort, WorkbenchState } from '../../shared/workbench/view.ts'
import { formatCount } from '../format.ts'
import { CellEditor } from './CellEditor.tsx'
import {
  columnLeft,
  columnWidth,
  drawnColumns,
  firstColumnAt,
  isWide,
  leftShowing,
} from './gridColumns.ts'
import { actionOf, type Cell, type GridAction } from './gridKeys.ts'
import {
  contentHeight,
  drawnRows,
  fullRows,
  isScaled,
  rowHeight,
  scrollTopOf,
  topOf,
  topShowing,
  type GridSize,
} from './gridScroll.ts'
import type { Selection } from './selection.ts'
import { useGridRows } from './useGridRows.ts'

export interface WorkbenchGridProps {
  readonly state: WorkbenchState
  readonly selection: Selection
  readonly sort: RowSort | null
  readonly onSelect: (selection: Selection) => void
  readonly onSort: (column: number) => void
  /** Keys that are not the grid's own business. */
  readonly onAction: (action: GridAction['kind']) => void
  /** Text from the clipboard. */
  readonly onPaste: (text: string) => void
  readonly onWrite: (row: GridRow, column: number, text: string) => void
  /** The whole text of a cell, which the grid may have in part only. */
  readonly wholeText: (row: GridRow, column: number) => Promise<string>
}

export function WorkbenchGrid(props: WorkbenchGridProps) {
  const { state, selection, sort, onSelect, onSort, onAction, onPaste, onWrite, wholeText } = props
  const { t, i18n } = useTranslation('workbench')
  const [measured, inside] = useResizeObserver<HTMLDivElement>()
  // Edges of the content's box: the width and height that come with them count the scroll bars in.
  const width = inside.right - inside.left
  const height = inside.bottom - inside.top
  const scroller = useRef<HTMLDivElement>(null)
  const scrollerRef = useMergedRef(scroller, measured)
  const [top, setTop] = useState(0)
  const [editing, setEditing] = useState<{ cell: Cell; row: GridRow; text: string } | null>(null)
  const size: GridSize = {
    rowCount: state.shownCount,
    height: Math.max(height - rowHeight, rowHeight),
  }
  const shownTop = Math.min(top, Math.max(0, state.shownCount - 1))
  const drawn = drawnRows(shownTop, size)
  const rowOf = useGridRows(state.datasetId, state.revision, drawn)
  const { active } = selection
  const columnCount = state.columns.length
  const wide = isWide(columnCount)
  const [firstColumn, setFirstColumn] = useState(0)
  const columns = drawnColumns(columnCount, firstColumn, width, active.column)

  function scrollTo(wanted: number): void {
    setTop(wanted)
    const element = scroller.current
    if (element) element.scrollTop = scrollTopOf(wanted, size)
  }

  // The selection can be moved from outside: a search, a finding.
  const shownPlace = useRef(active.place)
  useEffect(() => {
    if (shownPlace.current === active.place) return
    shownPlace.current = active.place
    scrollTo(topShowing(active.place, top, size))
  })

  const shownColumn = useRef(active.column)
  useEffect(() => {
    if (shownColumn.current === active.column) return
    shownColumn.current = active.column
    const element = scroller.current
    const head = element?.querySelector<HTMLElement>(
      `[role=columnheader][aria-colindex="${active.column + 2}"]`,
    )
    if (!element || !head) return
    const cell = { left: head.offsetLeft, width: head.offsetWidth }
    element.scrollLeft = leftShowing(cell, element.scrollLeft, element.clientWidth)
  })

  // A wheel moves by rows, however many of them share a pixel of the bar. React's own listener can't prevent.
  useEffect(() => {
    const element = scroller.current
    if (!element || !isScaled(size)) return
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return
      event.preventDefault()
      const rows =
        event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY : event.deltaY / rowHeight
      scrollTo(
        Math.min(Math.max(top + rows, 0), Math.max(0, size.rowCount - size.height / rowHeight)),
      )
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  })

  function onScroll(): void {
    const element = scroller.current
    if (!element) return
    if (wide) setFirstColumn(firstColumnAt(element.scrollLeft))
    // What scrollTo set comes back here, rounded to a pixel that may stand for many rows.
    if (Math.abs(element.scrollTop - scrollTopOf(top, size)) > 1)
      setTop(topOf(element.scrollTop, size))
  }

  // A cell that is scrolled out of sight is written as it stands.
  const typed = useRef('')
  useEffect(() => {
    if (!editing) return
    const { place } = editing.cell
    if (place < drawn.from || place >= drawn.to) finishEdit(typed.current, null)
  })

  /** The text of a cell may still be on its way when the user has gone on: then no editor opens. */
  const editAsked = useRef(0)
  const dropEdit = () => void editAsked.current++

  async function beginEdit(text: string | null): Promise<void> {
    const row = rowOf(active.place)
    if (!row) return
    const asked = ++editAsked.current
    const whole = text ?? (await wholeText(row, active.column))
    if (asked !== editAsked.current) return
    typed.current = whole
    setEditing({ cell: active, row, text: whole })
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const press = {
      key: event.key,
      ctrl: event.ctrlKey || event.metaKey,
      shift: event.shiftKey,
      alt: event.altKey,
    }
    const extent = {
      rowCount: state.shownCount,
      columnCount,
      pageRows: fullRows(size),
    }
    const action = actionOf(press, active, extent)
    if (!action) return
    event.preventDefault()
    dropEdit()
    if (action.kind === 'move') {
      // It may have been scrolled out of sight, and stay the active one.
      scrollTo(topShowing(action.cell.place, top, size))
      onSelect({
        active: action.cell,
        anchor: action.extends ? selection.anchor : action.cell.place,
      })
    } else if (action.kind === 'edit') void beginEdit(action.text)
    else onAction(action.kind)
  }

  function finishEdit(text: string | null, next: 'down' | 'right' | 'left' | null): void {
    if (!editing) return
    const { cell, row } = editing
    setEditing(null)
    if (text !== null && text !== editing.text) onWrite(row, cell.column, text)
    scroller.current?.focus()
    const moved = {
      place: Math.min(cell.place + (next === 'down' ? 1 : 0), Math.max(0, state.shownCount - 1)),
      column: Math.min(
        Math.max(cell.column + (next === 'right' ? 1 : next === 'left' ? -1 : 0), 0),
        columnCount - 1,
      ),
    }
    if (next) onSelect({ active: moved, anchor: moved.place })
  }

  const [from, to] = [
    Math.min(selection.anchor, active.place),
    Math.max(selection.anchor, active.place),
  ]
  const rowClass = wide ? 'grid-row wide' : 'grid-row'
  const rowLayout: CSSProperties = wide
    ? { width: columnLeft(columnCount) }
    : { gridTemplateColumns: `4.5rem repeat(${columnCount}, minmax(11rem, 1fr))` }
  const placed = (column: number): CSSProperties | undefined =>
    wide ? { left: columnLeft(column), width: columnWidth } : undefined
  const places = Array.from(
    { length: Math.max(0, drawn.to - drawn.from) },
    (_, at) => drawn.from + at,
  )
  return (
    <div className="grid-viewport">
      <div
        ref={scrollerRef}
        className="grid"
        role="grid"
        tabIndex={0}
        aria-label={t('grid.label')}
        aria-rowcount={state.shownCount + 1}
        aria-colcount={columnCount + 1}
        aria-multiselectable
        aria-activedescendant={
          editing || state.shownCount === 0 ? undefined : cellId(active.place, active.column)
        }
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onCopy={(event) => {
          if (editing) return
          event.preventDefault()
          onAction('copy')
        }}
        onPaste={(event) => {
          // While a cell is edited its text is pasted into.
          if (editing) return
          event.preventDefault()
          onPaste(event.clipboardData.getData('text/plain'))
        }}
        onMouseDownCapture={dropEdit}
      >
        <div role="rowgroup" className="grid-head" style={{ height: rowHeight }}>
          <div role="row" aria-rowindex={1} className={rowClass} style={rowLayout}>
            <div role="columnheader" aria-colindex={1} className="grid-number">
              {t('grid.row')}
            </div>
            {columns.map((column) => (
              <ColumnHeader
                key={column}
                name={state.columns[column] ?? ''}
                column={column}
                style={placed(column)}
                sort={sort?.column === column ? sort : null}
                onSort={() => onSort(column)}
              />
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          className="grid-body"
          style={{ height: size.height, marginBottom: -size.height }}
        >
          {places.map((place) => {
            const row = rowOf(place)
            const isSelected = from !== to && place >= from && place <= to
            return (
              <div
                key={place}
                role="row"
                aria-rowindex={place + 2}
                aria-selected={isSelected || place === active.place}
                className={`${rowClass}${isSelected ? ' selected' : ''}${row?.isExcluded ? ' excluded' : ''}`}
                style={{
                  ...rowLayout,
                  transform: `translateY(${(place - shownTop) * rowHeight}px)`,
                }}
              >
                <div
                  role="rowheader"
                  aria-colindex={1}
                  className="grid-number"
                  onMouseDown={(event) =>
                    onSelect({
                      active: { place, column: active.column },
                      anchor: event.shiftKey ? selection.anchor : place,
                    })
                  }
                >
                  {row?.isExcluded && <IconEyeOff size={13} aria-label={t('grid.excluded')} />}
                  {row ? formatCount(row.row, i18n.language) : ''}
                </div>
                {columns.map((column) => {
                  const isActive = place === active.place && column === active.column
                  const isEdited = row?.isAdded || row?.edited.includes(column)
                  const isEditing = editing?.cell.place === place && editing.cell.column === column
                  return (
                    <div
                      key={column}
                      id={cellId(place, column)}
                      role="gridcell"
                      aria-colindex={column + 2}
                      className={`grid-cell${isActive ? ' active' : ''}${isEdited ? ' edited' : ''}`}
                      style={placed(column)}
                      onMouseDown={(event) => {
                        if (isEditing) return
                        onSelect({
                          active: { place, column },
                          anchor: event.shiftKey ? selection.anchor : place,
                        })
                      }}
                      onDoubleClick={() => void beginEdit(null)}
                    >
                      {isEditing && editing ? (
                        <CellEditor
                          label={t('grid.editing', {
                            column: state.columns[column] ?? '',
                            row: row?.row ?? 0,
                          })}
                          text={editing.text}
                          onType={(text) => (typed.current = text)}
                          onCommit={finishEdit}
                          onCancel={() => finishEdit(null, null)}
                        />
                      ) : row ? (
                        (row.cells[column] ?? '')
                      ) : (
                        <span className="grid-waiting" />
                      )}
                    </div>
                  )
                })}
              </div>
            )
          })}
        </div>
        <div role="presentation" style={{ height: contentHeight(size), width: 1 }} />
        {height === 0 && <Loader size="sm" aria-hidden />}
      </div>
    </div>
  )
}

const cellId = (place: number, column: number) => `cell-${place}-${column}`

interface ColumnHeaderProps {
  readonly name: string
  readonly column: number
  /** Where it stands, when not in the flow. */
  readonly style: CSSProperties | undefined
  readonly sort: RowSort | null
  readonly onSort: () => void
}

function ColumnHeader({ name, column, style, sort, onSort }: ColumnHeaderProps) {
  const { t } = useTranslation('workbench')
  const order = sort === null ? 'none' : sort.descending ? 'descending' : 'ascending'
  return (
    <div
      role="columnheader"
      aria-colindex={column + 2}
      aria-sort={order}
      className="grid-title"
      style={style}
    >
      <button type="button" tabIndex={-1} title={t('grid.sort', { column: name })} onClick={onSort}>
        <span>{name}</span>
        {order === 'ascending' && <IconArrowUp size={14} aria-hidden />}
        {order === 'descending' && <IconArrowDown size={14} aria-hidden />}
      </button>
    </div>
  )
}
