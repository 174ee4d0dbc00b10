/** The finding of the split that was chosen for a dataset: validation questions that are also trained on. */
import { useQuery } from '@tanstack/react-query'
import type { Dataset, Finding } from '../../shared/dataset.ts'
import { splitSeed, usualSplit } from '../../shared/workbench/splitChoice.ts'
import { leakageFinding } from '../../shared/workbench/splitLeakage.ts'
import { useSplitChoice } from './useSplitChoice.ts'
import { rolesQuery, splitQuery, workbenchQuery } from './workbenchQueries.ts'

/** All rows are read for it; of more it is told where the split is looked at. */
const mostRows = 300_000

/** Null without a chosen split, and until it is known. */
export function useSplitLeakage({ id, scan }: Dataset): Finding | null {
  const { data: roles } = useQuery(rolesQuery(id))
  const { data: state } = useQuery(workbenchQuery(id))
  const { choice } = useSplitChoice(id)
  const isWanted = choice !== null && scan.usableRowCount <= mostRows
  const { data } = useQuery({
    ...splitQuery(
      {
        datasetId: id,
        columns: roles ?? { question: '', answer: '' },
        splitSeed,
        ...(choice ?? usualSplit),
      },
      state?.revision ?? '',
    ),
    enabled: isWanted && state !== undefined && roles !== undefined && roles !== null,
    placeholderData: undefined,
  })
  if (!choice || !data || !('preview' in data)) return null
  return leakageFinding(data.preview, choice.split)
}
