import { useTranslation } from 'react-i18next'
import { FactsTable } from '../components/FactsTable.tsx'
import type { Dataset } from '../../shared/dataset.ts'
import type { BaseModel, HyperparameterField } from '../../shared/model.ts'
import { formatCount, formatPercent } from '../format.ts'
import type { Workspace } from '../../shared/workspace.ts'
import { settingValues, typedPrompts, type WizardDraft } from './wizardState.ts'

interface ReviewStepProps {
  readonly draft: WizardDraft
  readonly datasets: readonly Dataset[]
  readonly baseModels: readonly BaseModel[]
  readonly fields: readonly HyperparameterField[]
  readonly workspaces: readonly Workspace[]
}

export function ReviewStep({ draft, datasets, baseModels, fields, workspaces }: ReviewStepProps) {
  const { t, i18n } = useTranslation()
  const dataset = datasets.find((known) => known.id === draft.datasetId)
  const chosen = baseModels.filter((model) => draft.baseModelIds.includes(model.id))
  const prompts = typedPrompts(draft)
  const place = workspaces.find(({ id }) => id === draft.workspaceId)
  const rows: [string, string][] = [
    [t('wizard.name'), draft.name],
    [t('wizard.problemType'), t('wizard.fineTune')],
    [
      t('wizard.dataset'),
      t('wizard.datasetOption', {
        name: dataset?.name ?? '',
        rows: formatCount(dataset?.scan.usableRowCount ?? 0, i18n.language),
      }),
    ],
    [t('wizard.columns'), `${draft.question ?? ''} → ${draft.answer ?? ''}`],
    [t('wizard.step.baseModels'), chosen.map((model) => model.displayName).join(', ')],
    [
      t('workbench:split.kind'),
      draft.split.kind === 'file'
        ? t('workbench:split.name.file')
        : `${t(`workbench:split.name.${draft.split.kind}`)} · ${formatPercent(draft.validationFraction)}`,
    ],
    ...(draft.sampleRows === null
      ? []
      : [
          [t('workbench:split.trial'), formatCount(draft.sampleRows, i18n.language)] as [
            string,
            string,
          ],
        ]),
    ...(draft.systemPrompt.trim() === ''
      ? []
      : [[t('workbench:roles.system'), draft.systemPrompt] as [string, string]]),
    // AWS's trainers answer no questions while they train.
    ...(place?.kind === 'aws'
      ? []
      : [
          [
            t('wizard.samplePrompts'),
            prompts.length === 0 ? t('wizard.samplePromptsPicked') : prompts.join(' · '),
          ] satisfies [string, string],
        ]),
    [
      t('wizard.where'),
      place?.kind === 'aws'
        ? t('catalog:inAws', { name: place.name, region: place.region })
        : t('wizard.thisComputer'),
    ],
    ...fields.map((field): [string, string] => [
      t(`hyperparameter.${field.name}.label`, { defaultValue: field.name }),
      settingValues(draft, field, chosen)
        .map(({ value, models }) => {
          const shown = field.options
            ? t(`hyperparameter.${field.name}.option.${value}`, { defaultValue: value })
            : value
          return models.length === 0
            ? shown
            : t('wizard.settingOf', { value: shown, models: models.join(', ') })
        })
        .join('\n'),
    ]),
  ]
  return <FactsTable facts={rows} nameWidth={260} />
}
