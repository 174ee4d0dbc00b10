import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dataset, ImportChoice } from '../../shared/dataset.ts'
import { toAppError } from '../../shared/errors.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { useNavigate } from '../navigation.tsx'
import { datasetQuery, datasetsQuery } from '../queries.ts'
import { showMessage } from '../components/showMessage.ts'

/** The ways in; each ends on the new dataset's page, or on the list after several files. */
export function useImportDataset() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { mutate, isPending } = useMutation({
    mutationFn: async (loads: readonly (() => Promise<Dataset | null>)[]) => {
      const startedAtMs = Date.now()
      const datasets: Dataset[] = []
      // One after the other: each takes a processor for itself. One that fails doesn't keep the others out.
      for (const load of loads) {
        const dataset = await load().catch((error: unknown) => {
          if (toAppError(error).code === 'Cancelled') {
            showMessage({ message: t('intake:cancelled') })
          } else showError(error)
          return null
        })
        if (dataset) datasets.push(dataset)
      }
      return { datasets, startedAtMs }
    },
    onSuccess: ({ datasets, startedAtMs }) => {
      for (const dataset of datasets) {
        client.setQueryData(datasetQuery(dataset.id).queryKey, dataset)
        if (dataset.createdAtMs >= startedAtMs) continue
        showMessage({
          title: t('intake:again'),
          message: t('intake:againText', { name: dataset.name }),
        })
      }
      void client.invalidateQueries({ queryKey: datasetsQuery.queryKey, exact: true })
      const [only] = datasets
      if (datasets.length === 1 && only) navigate({ page: 'dataset', datasetId: only.id })
      else if (datasets.length > 1) navigate({ page: 'datasets' })
    },
  })
  const importFiles = useCallback(
    (files: readonly { readonly path: string; readonly choice?: ImportChoice }[]) =>
      mutate(
        files.map(({ path, choice }) => () => {
          const importId = crypto.randomUUID()
          return invoke('dataset.import', { path, importId, ...(choice && { choice }) })
        }),
      ),
    [mutate],
  )
  const choose = useCallback(() => mutate([() => invoke('dataset.choose')]), [mutate])
  const importSample = useCallback(
    (language: 'en' | 'zh') => mutate([() => invoke('dataset.importSample', { language })]),
    [mutate],
  )
  const paste = useCallback(
    (text: string, name: string) => mutate([() => invoke('dataset.paste', { text, name })]),
    [mutate],
  )
  const importObject = useCallback(
    (bucket: string, key: string) =>
      mutate([() => invoke('s3.import', { bucket, key, importId: crypto.randomUUID() })]),
    [mutate],
  )
  return { importFiles, choose, importSample, paste, importObject, isPending }
}
