import { Accordion, Input, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../shared/dataset.ts'
import type { BaseModel, HyperparameterField } from '../../shared/model.ts'
import type { SplitChoice } from '../../shared/workbench/splitChoice.ts'
import { withoutLeakage } from '../../shared/workbench/splitLeakage.ts'
import { SplitEditor, SplitOutcome } from '../workbench/SplitEditor.tsx'
import { useSplitChoice } from '../workbench/useSplitChoice.ts'
import type { StepProps } from './stepProps.ts'
import { TemplateEditor } from './TemplateEditor.tsx'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { isValidSetting } from '../../shared/hyperparameters.ts'
import { splitRequestOf, valueOf } from './wizardState.ts'

export function SettingsStep({
  draft,
  dispatch,
  fields,
  baseModels,
  datasets,
}: StepProps & {
  datasets: readonly Dataset[]
  fields: readonly HyperparameterField[]
  baseModels: readonly BaseModel[]
}) {
  const { t } = useTranslation()
  const isCloud = draft.workspaceId !== localWorkspaceId
  // The other ways take the bare question and answer.
  const withTemplate = baseModels.filter(({ way }) => way === 'jumpStart')
  const hasAdvanced = fields.some((field) => field.advanced)
  const control = (field: HyperparameterField) => (
    <FieldControl
      key={field.name}
      field={field}
      value={valueOf(draft, field)}
      ownDefaults={ownDefaults(field.name)}
      onChange={(value) => dispatch({ type: 'hyperparameterTyped', name: field.name, value })}
    />
  )
  /** What each base model starts from, when they differ; nothing once a value was typed for all. */
  const ownDefaults = (name: string) => {
    if (draft.hyperparameters[name] !== undefined) return ''
    const own = baseModels
      .filter(({ id }) => draft.baseModelIds.includes(id))
      .flatMap(({ displayName, hyperparameters }) => {
        const known = hyperparameters.find((field) => field.name === name)
        return known ? [{ displayName, value: known.default }] : []
      })
    if (new Set(own.map(({ value }) => value)).size < 2) return ''
    const defaults = own.map(({ displayName, value }) => `${displayName} ${value}`).join(' · ')
    return t('catalog:ownDefaults', { defaults })
  }
  const typed = (name: string) => {
    const field = fields.find((candidate) => candidate.name === name)
    return field && valueOf(draft, field)
  }
  const dataset = datasets.find(({ id }) => id === draft.datasetId)
  const split = splitRequestOf(draft)
  const { keep } = useSplitChoice(draft.datasetId)
  function choose(choice: SplitChoice): void {
    dispatch({ type: 'splitChosen', ...choice })
    keep(choice)
  }
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <SplitEditor
          columns={dataset?.scan.columns ?? []}
          datasets={datasets}
          datasetId={draft.datasetId ?? ''}
          value={draft}
          onChange={choose}
        />
        {split && (
          <SplitOutcome request={split} onKeepApart={() => choose(withoutLeakage(draft))} />
        )}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {fields.filter((field) => !field.advanced).map(control)}
      </SimpleGrid>
      {!isCloud && (
        <Input.Wrapper
          label={t('wizard.samplePrompts')}
          description={t('wizard.samplePromptsHint')}
          labelElement="div"
        >
          <Stack gap="xs" mt="xs">
            {draft.samplePrompts.map((prompt, index) => (
              <TextInput
                key={index}
                aria-label={t('wizard.samplePrompt', { number: index + 1 })}
                placeholder={t('wizard.samplePromptPlaceholder')}
                maxLength={2000}
                value={prompt}
                onChange={(event) =>
                  dispatch({ type: 'samplePromptTyped', index, prompt: event.currentTarget.value })
                }
              />
            ))}
          </Stack>
        </Input.Wrapper>
      )}
      <TemplateEditor {...{ draft, dispatch, baseModels: withTemplate }} />
      {hasAdvanced && (
        <Accordion variant="separated" order={3}>
          <Accordion.Item value="advanced">
            <Accordion.Control>{t('wizard.advanced')}</Accordion.Control>
            <Accordion.Panel>
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                {fields.filter((field) => field.advanced && applies(field, typed)).map(control)}
              </SimpleGrid>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
      )}
    </Stack>
  )
}

/** An adapter's settings mean nothing while all weights are trained. */
function applies({ name }: HyperparameterField, typed: (name: string) => string | undefined) {
  return !/^(lora_|target_modules$)/.test(name) || typed('peft_type') === 'lora'
}

interface FieldControlProps {
  readonly field: HyperparameterField
  readonly value: string
  readonly ownDefaults: string
  readonly onChange: (value: string) => void
}

function FieldControl({ field, value, ownDefaults, onChange }: FieldControlProps) {
  const { t } = useTranslation()
  const label = t(`hyperparameter.${field.name}.label`, { defaultValue: field.name })
  const meaning = t(`hyperparameter.${field.name}.meaning`, { defaultValue: '' })
  const range =
    field.min !== undefined && field.max !== undefined
      ? t('wizard.range', { min: field.min, max: field.max })
      : ''
  const shared = {
    label,
    description: [meaning, range, ownDefaults].filter((part) => part !== '').join(' '),
    error: isValidSetting(field, value) ? null : t('wizard.outOfRange'),
  }
  if (field.options) {
    return (
      <Select
        {...shared}
        data={field.options.map((option) => ({
          value: option,
          label: t(`hyperparameter.${field.name}.option.${option}`, { defaultValue: option }),
        }))}
        value={value}
        allowDeselect={false}
        onChange={(chosen) => onChange(chosen ?? field.default)}
      />
    )
  }
  if (field.type === 'int') {
    return (
      <NumberInput
        {...shared}
        value={value}
        allowDecimal={false}
        allowNegative={false}
        onChange={(typed) => onChange(String(typed))}
      />
    )
  }
  return (
    <TextInput
      {...shared}
      inputMode={field.type === 'float' ? 'decimal' : 'text'}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
