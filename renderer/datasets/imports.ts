/** Imports on their way, as events tell of them. */
import { queryOptions, type QueryClient } from '@tanstack/react-query'
import type { ImportProgress } from '../../shared/imports.ts'
import { on } from '../api.ts'

/** Kept in the cache only: nothing is fetched. */
export const importsQuery = queryOptions<readonly ImportProgress[]>({
  queryKey: ['imports'],
  queryFn: () => [],
  staleTime: Infinity,
})

/** @returns a function that stops listening */
export function followImports(client: QueryClient): () => void {
  return on('import.progressed', (progress) => {
    client.setQueryData(importsQuery.queryKey, (imports: readonly ImportProgress[] = []) => {
      const others = imports.filter(({ importId }) => importId !== progress.importId)
      return progress.isEnded ? others : [...others, progress]
    })
  })
}
