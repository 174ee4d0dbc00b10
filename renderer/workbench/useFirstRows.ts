import { useQuery } from '@tanstack/react-query'
import type { GridRow } from '../../shared/workbench/view.ts'
import { pageQuery, workbenchQuery } from './workbenchQueries.ts'

/** The first rows of a dataset as edited; none until they are known. */
export function useFirstRows(datasetId: string | null): readonly GridRow[] {
  const { data: state } = useQuery({
    ...workbenchQuery(datasetId ?? ''),
    enabled: datasetId !== null,
  })
  const { data } = useQuery({
    ...pageQuery(datasetId ?? '', state?.revision ?? '', 0),
    enabled: state !== undefined,
  })
  return data?.rows ?? []
}
