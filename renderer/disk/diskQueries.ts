/** The ledger, and what a change of it makes stale: whatever was deleted or brought back is missing or back in lists. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { DiskCache, DiskItemRef, DiskLedger } from '../../shared/diskLedger.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'

export const ledgerQuery = queryOptions({
  queryKey: ['disk'],
  queryFn: () => invoke('disk.describe'),
  staleTime: 0,
})

export type DiskChange =
  | { readonly type: 'delete' | 'restore'; readonly item: DiskItemRef }
  | { readonly type: 'erase'; readonly item: DiskItemRef }
  | { readonly type: 'emptyBin' }
  | { readonly type: 'clear'; readonly cache: DiskCache }

function apply(change: DiskChange): Promise<DiskLedger> {
  switch (change.type) {
    case 'delete':
      return invoke('disk.delete', change.item)
    case 'restore':
      return invoke('disk.restore', change.item)
    case 'erase':
      return invoke('disk.erase', change.item)
    case 'emptyBin':
      return invoke('disk.emptyBin')
    case 'clear':
      return invoke('disk.clear', { cache: change.cache })
  }
}

export function useDiskChange(onDone?: (change: DiskChange, ledger: DiskLedger) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: apply,
    onSuccess: async (ledger, change) => {
      client.setQueryData(ledgerQuery.queryKey, ledger)
      onDone?.(change, ledger)
      for (const list of [
        'datasets',
        'baseModels',
        'models',
        'leaderboard',
        'scoringModels',
        'evaluationSets',
        'evaluationEstimate',
      ])
        await client.invalidateQueries({ queryKey: [list] })
    },
    onError: showError,
  })
}
