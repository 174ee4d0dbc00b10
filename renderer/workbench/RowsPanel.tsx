/** Look and edit: tools above, the grid, and the active cell's whole text below. */
import { ActionIcon, Button, Group, Skeleton, Text, Tooltip } from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDeviceFloppy,
  IconEye,
  IconEyeOff,
  IconReplace,
  IconRowInsertBottom,
  IconSearch,
  IconTrash,
} from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { GridRow, RowFilter, RowSort, WorkbenchState } from '../../shared/workbench/view.ts'
import { mostBlockRows, textToBlock } from '../../shared/workbench/cellBlock.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { showMessage } from '../components/showMessage.ts'
import { formatCount } from '../format.ts'
import { AddFilter, FilterPills } from './FilterBar.tsx'
import { FindBar } from './FindBar.tsx'
import type { GridAction } from './gridKeys.ts'
import { clamped, firstCell, selectedPlaces, type Selection } from './selection.ts'
import { useWorkbench } from './useWorkbench.ts'
import { WorkbenchGrid } from './WorkbenchGrid.tsx'
import { cellQuery, pageQuery, pageRows, workbenchQuery } from './workbenchQueries.ts'

interface RowsPanelProps {
  readonly datasetId: string
  /** Rows to look at, from a finding or the profile. */
  readonly filters: readonly RowFilter[]
  readonly onFilters: (filters: readonly RowFilter[]) => void
}

export function RowsPanel(props: RowsPanelProps) {
  const { data, error } = useQuery(workbenchQuery(props.datasetId))
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Skeleton h={480} radius="lg" />
  return <Rows {...props} state={data} />
}

function Rows({
  datasetId,
  filters,
  onFilters,
  state,
}: RowsPanelProps & { state: WorkbenchState }) {
  const { t, i18n } = useTranslation('workbench')
  const client = useQueryClient()
  const actions = useWorkbench(datasetId)
  const [sort, setSort] = useState<RowSort | null>(null)
  const [chosen, select] = useState<Selection>(firstCell)
  const [bar, setBar] = useState<'find' | 'replace' | null>(null)
  const panel = useRef<HTMLDivElement>(null)
  const selection = clamped(chosen, state.shownCount)
  const { from, to } = selectedPlaces(selection)
  const count = (value: number) => formatCount(value, i18n.language)
  const { place } = selection.active
  const activePage = useQuery(pageQuery(datasetId, state.revision, Math.floor(place / pageRows)))
  const activeRow = activePage.data?.rows[place % pageRows]
  // What was shown when the panel was left is not what is asked for now.
  const { show } = actions
  const asked = useRef(filters)
  useEffect(() => show(asked.current, null), [show])
  const focusGrid = () => panel.current?.querySelector<HTMLElement>('[role=grid]')?.focus()

  function changeFilters(wanted: readonly RowFilter[]): void {
    onFilters(wanted)
    actions.show(wanted, sort)
    select(firstCell)
  }

  /** Up, down, and as it was. */
  function changeSort(column: number): void {
    const next: RowSort | null =
      sort?.column !== column
        ? { column, by: 'text', descending: false }
        : sort.descending
          ? null
          : { ...sort, descending: true }
    setSort(next)
    actions.show(filters, next)
    select(firstCell)
  }

  async function addRow(): Promise<void> {
    const changed = await actions.edit({ kind: 'add', rows: [state.columns.map(() => '')] })
    if (!changed) return
    const active = { place: Math.max(0, changed.shownCount - 1), column: 0 }
    select({ active, anchor: active.place })
    focusGrid()
  }

  function write(row: GridRow, column: number, value: string): void {
    void actions.edit({ kind: 'set', row: row.row, column, value })
  }

  /** The active cell, or the rows that are selected. */
  async function copy(): Promise<boolean> {
    const column = from === to ? selection.active.column : null
    try {
      const { rows } = await invoke('workbench.copy', { datasetId, from, to, column })
      if (rows < to - from + 1) {
        showMessage({ color: 'orange', message: t('rows.copiedSome', { shown: count(rows) }) })
        return false
      }
      return true
    } catch (copyError) {
      showError(copyError)
      return false
    }
  }

  /** What could not be copied whole stays. */
  async function cut(): Promise<void> {
    if (await copy()) act('delete')
  }

  function paste(text: string): void {
    const block = textToBlock(text)
    if (text !== '' && block.length <= mostBlockRows) {
      return actions.paste({ ...selection.active, place: from }, block)
    }
    if (text !== '') showMessage({ color: 'orange', message: t('rows.tooManyToPaste') })
  }

  function act(kind: GridAction['kind']): void {
    switch (kind) {
      case 'undo':
        return actions.undo()
      case 'redo':
        return actions.redo()
      case 'find':
      case 'replace':
        return setBar(kind)
      case 'leave':
        return select({ ...selection, anchor: selection.active.place })
      case 'selectAll':
        return select({
          active: { ...selection.active, place: Math.max(0, state.shownCount - 1) },
          anchor: 0,
        })
      case 'copy':
        return void copy()
      case 'cut':
        return void cut()
      case 'delete':
        if (from !== to) return actions.editPlaces(from, to, 'delete')
        if (activeRow) write(activeRow, selection.active.column, '')
        return
      case 'exclude':
        return actions.editPlaces(from, to, activeRow?.isExcluded ? 'include' : 'exclude')
      case 'findNext':
      case 'findPrevious':
        return setBar(bar ?? 'find')
      default:
    }
  }

  const isExcluded = activeRow?.isExcluded ?? false
  const undoName = state.nextUndo ? t(`edit.${state.nextUndo}`) : ''
  const redoName = state.nextRedo ? t(`edit.${state.nextRedo}`) : ''
  return (
    <div className="workbench" ref={panel}>
      <Group gap="xs" className="workbench-tools">
        <Tool
          label={t('tool.undo', { what: undoName })}
          icon={<IconArrowBackUp size={18} aria-hidden />}
          disabled={!state.canUndo}
          onClick={() => actions.undo()}
        />
        <Tool
          label={t('tool.redo', { what: redoName })}
          icon={<IconArrowForwardUp size={18} aria-hidden />}
          disabled={!state.canRedo}
          onClick={() => actions.redo()}
        />
        <span className="workbench-divider" />
        <Tool
          label={t('tool.find')}
          icon={<IconSearch size={18} aria-hidden />}
          onClick={() => setBar(bar === 'find' ? null : 'find')}
        />
        <Tool
          label={t('tool.replace')}
          icon={<IconReplace size={18} aria-hidden />}
          onClick={() => setBar(bar === 'replace' ? null : 'replace')}
        />
        <AddFilter columns={state.columns} filters={filters} onChange={changeFilters} />
        <span className="workbench-divider" />
        <Tool
          label={t('tool.add')}
          icon={<IconRowInsertBottom size={18} aria-hidden />}
          onClick={() => void addRow()}
        />
        <Tool
          label={t('tool.delete', { count: to - from + 1 })}
          icon={<IconTrash size={18} aria-hidden />}
          disabled={state.shownCount === 0}
          onClick={() => actions.editPlaces(from, to, 'delete')}
        />
        <Tool
          label={t(isExcluded ? 'tool.include' : 'tool.exclude', { count: to - from + 1 })}
          icon={
            isExcluded ? <IconEye size={18} aria-hidden /> : <IconEyeOff size={18} aria-hidden />
          }
          disabled={state.shownCount === 0}
          onClick={() => actions.editPlaces(from, to, isExcluded ? 'include' : 'exclude')}
        />
        <Group gap="sm" ml="auto">
          <Text size="sm" c="dimmed" role="status">
            {actions.isBusy
              ? t('rows.working')
              : t(state.shownCount === state.rowCount ? 'rows.all' : 'rows.some', {
                  shown: count(state.shownCount),
                  total: count(state.rowCount),
                })}
            {state.excludedCount > 0 &&
              ` · ${t('rows.excluded', { count: state.excludedCount, shown: count(state.excludedCount) })}`}
          </Text>
          <Button
            size="xs"
            variant="light"
            leftSection={<IconDeviceFloppy size={16} aria-hidden />}
            disabled={state.editCount === 0}
            loading={actions.isSaving}
            onClick={() => actions.save()}
          >
            {state.editCount === 0
              ? t('tool.noChanges')
              : t('tool.save', { count: state.editCount })}
          </Button>
        </Group>
      </Group>
      <FilterPills columns={state.columns} filters={filters} onChange={changeFilters} />
      {bar && (
        <FindBar
          state={state}
          isReplacing={bar === 'replace'}
          place={selection.active.place}
          onFound={(place) => select({ active: { ...selection.active, place }, anchor: place })}
          onReplace={actions.edit}
          onClose={() => {
            setBar(null)
            focusGrid()
          }}
        />
      )}
      <WorkbenchGrid
        state={state}
        selection={selection}
        sort={sort}
        onSelect={select}
        onSort={changeSort}
        onAction={act}
        onPaste={paste}
        onWrite={write}
        wholeText={(row, column) =>
          client.fetchQuery(cellQuery(datasetId, state.revision, row.row, column))
        }
      />
      {state.shownCount === 0 && (
        <Text c="dimmed" ta="center" p="lg">
          {t(filters.length > 0 ? 'rows.noneMatch' : 'rows.none')}
        </Text>
      )}
      <CellReader state={state} selection={selection} row={activeRow} />
    </div>
  )
}

interface ToolProps {
  readonly label: string
  readonly icon: ReactNode
  readonly disabled?: boolean
  readonly onClick: () => void
}

function Tool({ label, icon, disabled = false, onClick }: ToolProps) {
  return (
    <Tooltip label={label} openDelay={400}>
      <ActionIcon
        variant="default"
        size="md"
        aria-label={label}
        disabled={disabled}
        onClick={onClick}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  )
}

interface CellReaderProps {
  readonly state: WorkbenchState
  readonly selection: Selection
  readonly row: GridRow | undefined
}

/** What a line of the grid has no room for. */
function CellReader({ state, selection, row }: CellReaderProps) {
  const { t, i18n } = useTranslation('workbench')
  const { column } = selection.active
  const shown = row?.cells[column] ?? ''
  const isCut = shown.endsWith('…')
  const { data } = useQuery({
    ...cellQuery(state.datasetId, state.revision, row?.row ?? 1, column),
    enabled: row !== undefined && isCut,
  })
  const text = (isCut && data) || shown
  return (
    <section className="cell-reader" aria-label={t('cell.label')} tabIndex={0}>
      <Text size="xs" c="dimmed" fw={600}>
        {row &&
          t('cell.place', {
            column: state.columns[column] ?? '',
            row: formatCount(row.row, i18n.language),
            length: formatCount(text.length, i18n.language),
          })}
      </Text>
      <Text size="sm" className="invisible">
        {text}
      </Text>
    </section>
  )
}
