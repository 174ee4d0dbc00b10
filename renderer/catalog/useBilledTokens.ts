import { useQuery } from '@tanstack/react-query'
import type { BaseModel } from '../../shared/model.ts'
import { splitQuery, workbenchQuery } from '../workbench/workbenchQueries.ts'
import { splitRequestOf, type WizardDraft } from '../wizard/wizardState.ts'
import { billedTokens } from './machines.ts'

/** Counted in the rows that are going to be trained on; null while that takes. */
export function useBilledTokens(
  draft: WizardDraft,
  models: readonly BaseModel[],
  isNeeded: boolean,
): number | null {
  const request = splitRequestOf(draft)
  const isByToken = models.some(({ cloud }) => cloud?.billing === 'tokens')
  const { data: state } = useQuery({
    ...workbenchQuery(request?.datasetId ?? ''),
    enabled: isNeeded && isByToken && request !== null,
  })
  const { data } = useQuery({
    ...splitQuery(request ?? nothing, state?.revision ?? ''),
    enabled: isNeeded && isByToken && request !== null && state !== undefined,
  })
  if (!isByToken) return 0
  if (!data || !('preview' in data)) return null
  return billedTokens(models, () => draft.hyperparameters, data.preview.trainingTokens)
}

/** Not asked for. */
const nothing = {
  datasetId: '',
  columns: { question: '', answer: '' },
  validationFraction: 0.2,
  splitSeed: 1,
}
