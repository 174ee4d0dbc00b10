import type { Dispatch } from 'react'
import type { WizardAction, WizardDraft } from './wizardState.ts'

export interface StepProps {
  readonly draft: WizardDraft
  readonly dispatch: Dispatch<WizardAction>
}
