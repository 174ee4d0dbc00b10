/** How a dataset is to be divided: asked for once, and kept as it is chosen. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { splitChoiceSchema, type SplitChoice } from '../../shared/workbench/splitChoice.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { splitChoiceQuery } from './workbenchQueries.ts'

export function useSplitChoice(datasetId: string | null) {
  const client = useQueryClient()
  const query = splitChoiceQuery(datasetId ?? '')
  const { data, isPending } = useQuery({ ...query, enabled: datasetId !== null })
  function keep(wanted: SplitChoice): void {
    if (datasetId === null) return
    // Whoever gives it may hold more than the choice.
    const choice = splitChoiceSchema.parse(wanted)
    client.setQueryData(query.queryKey, choice)
    invoke('workbench.setSplitChoice', { datasetId, choice }).catch(showError)
  }
  return { choice: data ?? null, isPending, keep }
}
