import { useQuery } from '@tanstack/react-query'
import { splitQuery, workbenchQuery } from '../workbench/workbenchQueries.ts'
import { splitRequestOf, type WizardDraft } from '../wizard/wizardState.ts'

/** Counted in the rows that are going to be trained on; null while that takes, and where nobody asks for it. */
export function useTrainingTokens(draft: WizardDraft, isNeeded: boolean): number | null {
  const request = splitRequestOf(draft)
  const { data: state } = useQuery({
    ...workbenchQuery(request?.datasetId ?? ''),
    enabled: isNeeded && request !== null,
  })
  const { data } = useQuery({
    ...splitQuery(request ?? nothing, state?.revision ?? ''),
    enabled: isNeeded && request !== null && state !== undefined,
  })
  return data && 'preview' in data ? data.preview.trainingTokens : null
}

/** Not asked for. */
const nothing = {
  datasetId: '',
  columns: { question: '', answer: '' },
  validationFraction: 0.2,
  splitSeed: 1,
}
