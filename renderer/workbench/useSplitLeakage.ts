/** The finding of the split that was chosen for a dataset: validation questions that are also trained on. */
import { useQuery } from '@tanstack/react-query'
import type { Dataset, Finding } from '../../shared/dataset.ts'
import { splitSeed, usualSplit } from '../../shared/workbench/splitChoice.ts'
import { leakageFinding } from '../../shared/workbench/splitLeakage.ts'
import type { SplitLook } from './SplitProgress.tsx'
import { useSplitChoice } from './useSplitChoice.ts'
import { rolesQuery, splitQuery, workbenchQuery } from './workbenchQueries.ts'

/** The finding is null without a chosen split, and until it is known. */
export function useSplitLeakage({ id }: Dataset): { finding: Finding | null; look: SplitLook } {
  const { data: roles } = useQuery(rolesQuery(id))
  const { data: state } = useQuery(workbenchQuery(id))
  const { choice } = useSplitChoice(id)
  const { data, isFetching, error, refetch } = useQuery({
    ...splitQuery(
      {
        datasetId: id,
        columns: roles ?? { question: '', answer: '' },
        splitSeed,
        ...(choice ?? usualSplit),
      },
      state?.revision ?? '',
    ),
    enabled: choice !== null && state !== undefined && roles !== undefined && roles !== null,
    placeholderData: undefined,
  })
  const preview = choice && data && 'preview' in data ? data.preview : null
  return {
    finding: preview && choice ? leakageFinding(preview, choice.split) : null,
    look: { isFetching, error, again: () => void refetch() },
  }
}
