/** A dataset that is open in the workbench: its state, and everything that changes it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { AppError } from '../../shared/errors.ts'
import type { RowEdit } from '../../shared/workbench/edits.ts'
import type { RowFilter, RowSort, WorkbenchState } from '../../shared/workbench/view.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { datasetQuery, datasetsQuery } from '../queries.ts'
import type { Cell } from './gridKeys.ts'
import { workbenchQuery } from './workbenchQueries.ts'

export interface WorkbenchActions {
  edit(edit: RowEdit): Promise<WorkbenchState | null>
  editPlaces(from: number, to: number, action: 'delete' | 'exclude' | 'include'): void
  /** A block of cells, from a cell on. */
  paste(cell: Cell, block: string[][]): void
  undo(): void
  redo(): void
  show(filters: readonly RowFilter[], sort: RowSort | null): void
  save(): void
  readonly isBusy: boolean
  readonly isSaving: boolean
}

export function useWorkbench(datasetId: string): WorkbenchActions {
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (work: () => Promise<WorkbenchState>) => work(),
    onSuccess: (state) => client.setQueryData(workbenchQuery(datasetId).queryKey, state),
    // A newer view took its place.
    onError: (error) => {
      if (!(error instanceof AppError && error.code === 'Cancelled')) showError(error)
    },
  })
  const save = useMutation({
    mutationFn: () => invoke('workbench.save', { datasetId }),
    onSuccess: (dataset) => {
      client.setQueryData(datasetQuery(datasetId).queryKey, dataset)
      void client.invalidateQueries({ queryKey: datasetsQuery.queryKey, exact: true })
      void client.invalidateQueries({ queryKey: workbenchQuery(datasetId).queryKey })
    },
    onError: showError,
  })
  const { mutate, mutateAsync } = change
  const edit = useCallback(
    (wanted: RowEdit) =>
      mutateAsync(() => invoke('workbench.edit', { datasetId, edit: wanted })).catch(() => null),
    [datasetId, mutateAsync],
  )
  const show = useCallback(
    (filters: readonly RowFilter[], sort: RowSort | null) =>
      mutate(() => invoke('workbench.show', { datasetId, filters: [...filters], sort })),
    [datasetId, mutate],
  )
  return {
    edit,
    editPlaces: (from, to, action) =>
      mutate(() => invoke('workbench.editPlaces', { datasetId, from, to, action })),
    paste: ({ place, column }, block) =>
      mutate(() => invoke('workbench.paste', { datasetId, place, column, block })),
    undo: () => mutate(() => invoke('workbench.undo', { datasetId })),
    redo: () => mutate(() => invoke('workbench.redo', { datasetId })),
    show,
    save: () => save.mutate(),
    isBusy: change.isPending,
    isSaving: save.isPending,
  }
}
