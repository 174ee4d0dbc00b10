import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Dataset } from '../../shared/dataset.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { useNavigate } from '../navigation.tsx'
import { datasetQuery, datasetsQuery } from '../queries.ts'

/** The three ways in; each ends on the new dataset's page. */
export function useImportDataset() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const { mutate, isPending } = useMutation({
    mutationFn: (load: () => Promise<Dataset | null>) => load(),
    onSuccess: (dataset) => {
      if (dataset === null) return
      client.setQueryData(datasetQuery(dataset.id).queryKey, dataset)
      void client.invalidateQueries({ queryKey: datasetsQuery.queryKey, exact: true })
      navigate({ page: 'dataset', datasetId: dataset.id })
    },
    onError: showError,
  })
  const importPath = useCallback(
    (path: string) => mutate(() => invoke('dataset.import', { path })),
    [mutate],
  )
  const choose = useCallback(() => mutate(() => invoke('dataset.choose')), [mutate])
  const importSample = useCallback(
    (language: 'en' | 'zh') => mutate(() => invoke('dataset.importSample', { language })),
    [mutate],
  )
  return { importPath, choose, importSample, isPending }
}
