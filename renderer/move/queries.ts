import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { CutRowsRequest } from '../../shared/cutRows.ts'
import { invoke } from '../api.ts'

export const rowsAPage = 20

export const cutRowsQuery = (request: Omit<CutRowsRequest, 'count'>) =>
  queryOptions({
    queryKey: ['cutRows', request],
    queryFn: () => invoke('move.cutRows', { ...request, count: rowsAPage }),
    // A version's rows stay as they are.
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    retry: false,
  })
