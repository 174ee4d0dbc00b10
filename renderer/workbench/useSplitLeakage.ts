/** The finding of the split that was chosen for a dataset: validation questions that are also trained on. */
import { useQuery } from '@tanstack/react-query'
import type { Dataset, Finding } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { splitSeed, usualSplit } from '../../shared/workbench/splitChoice.ts'
import { leakageFinding } from '../../shared/workbench/splitLeakage.ts'
import type { SplitLook } from './SplitProgress.tsx'
import { useSplitChoice } from './useSplitChoice.ts'
import { rolesQuery, splitQuery, workbenchQuery } from './workbenchQueries.ts'

/**
 * The finding is null without a chosen split, and until it is known.
 *
 * @param isWanted not while rows are edited: all of them would be written anew after each edit
 */
export function useSplitLeakage(
  { id }: Dataset,
  isWanted: boolean,
): { finding: Finding | null; look: SplitLook } {
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
    enabled: isWanted && choice !== null && state !== undefined && Boolean(roles),
    placeholderData: undefined,
  })
  const preview = choice && data && 'preview' in data ? data.preview : null
  const failure = data && 'failure' in data ? AppError.fromData(data.failure) : null
  return {
    finding: preview && choice ? leakageFinding(preview, choice.split) : null,
    // A split that is impossible leaves it as unknown as one that was not looked at.
    look: { isFetching, error: error ?? failure, again: () => void refetch() },
  }
}
