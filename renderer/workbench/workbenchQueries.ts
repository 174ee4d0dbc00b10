/** What main knows of a dataset in the workbench, as query options. */
import { keepPreviousData, queryOptions, skipToken } from '@tanstack/react-query'
import { AppError } from '../../shared/errors.ts'
import type { ProfileRequest } from '../../shared/workbench/profile.ts'
import type { SplitRequest } from '../../shared/workbench/splitPlan.ts'
import type { WorkbenchState } from '../../shared/workbench/view.ts'
import { invoke } from '../api.ts'

export const pageRows = 100

/** Set by every edit and view; asked for once when the dataset opens. */
export const workbenchQuery = (datasetId: string) =>
  queryOptions<WorkbenchState>({
    queryKey: ['workbench', datasetId, 'state'],
    queryFn: () => invoke('workbench.open', { datasetId }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Pages that are no longer shown are let go of soon: there may be a hundred thousand. */
const pageKeptMs = 20_000

export const pageQuery = (datasetId: string, revision: string, page: number) =>
  queryOptions({
    queryKey: ['workbench', datasetId, 'page', page, revision],
    queryFn: () =>
      invoke('workbench.page', { datasetId, offset: page * pageRows, limit: pageRows }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: pageKeptMs,
  })

export const cellQuery = (datasetId: string, revision: string, row: number, column: number) =>
  queryOptions({
    queryKey: ['workbench', datasetId, 'cell', revision, row, column],
    queryFn: () => invoke('workbench.cell', { datasetId, row, column }),
    gcTime: pageKeptMs,
    placeholderData: keepPreviousData,
  })

export const rolesQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['workbench', datasetId, 'roles'],
    queryFn: () => invoke('workbench.roles', { datasetId }),
  })

/** Null until it was chosen. */
export const splitChoiceQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['workbench', datasetId, 'splitChoice'],
    queryFn: () => invoke('workbench.splitChoice', { datasetId }),
  })

/** What a training of the dataset starts from. */
export const preparationQuery = (datasetId: string) =>
  queryOptions({
    queryKey: ['workbench', datasetId, 'preparation'],
    queryFn: async () => {
      const [roles, choice] = await Promise.all([
        invoke('workbench.roles', { datasetId }),
        invoke('workbench.splitChoice', { datasetId }),
      ])
      return { roles, choice }
    },
  })

export const profileQuery = (request: ProfileRequest, revision: string) =>
  queryOptions({
    queryKey: ['workbench', request.datasetId, 'profile', request, revision],
    queryFn: () => invoke('workbench.profile', request),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })

export const splitQuery = (request: SplitRequest, revision: string) =>
  queryOptions({
    queryKey: ['workbench', request.datasetId, 'split', request, revision],
    queryFn: async () => {
      const answer = await invoke('workbench.split', request)
      // Nothing was found out: the next one who asks begins anew.
      const isStopped = 'failure' in answer && answer.failure.code === 'Cancelled'
      if (isStopped) throw AppError.fromData(answer.failure)
      return answer
    },
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    // What was stopped stays so when the window is shown again.
    refetchOnWindowFocus: false,
  })

/** Filled by events alone. */
export const progressQuery = (datasetId: string, what: 'profile' | 'split') =>
  queryOptions<number>({
    queryKey: ['workbench', datasetId, 'progress', what],
    queryFn: skipToken,
  })
