import { Alert, Button, Group, Modal, Skeleton, Stepper, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useReducer, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../shared/dataset.ts'
import type { BaseModel, FineTuneRequest, Model } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { useNavigate, type Proposal } from '../navigation.tsx'
import { baseModelsQuery, datasetsQuery, modelsQuery } from '../queries.ts'
import { BaseModelsStep } from './BaseModelsStep.tsx'
import { DataStep } from './DataStep.tsx'
import { EstimatePanel } from './EstimatePanel.tsx'
import { NameStep } from './NameStep.tsx'
import { ReviewStep } from './ReviewStep.tsx'
import { SettingsStep } from './SettingsStep.tsx'
import {
  problemOf,
  sharedFields,
  startDraft,
  toRequest,
  wizardReducer,
  wizardSteps,
} from './wizardState.ts'

interface WizardPageProps {
  readonly datasetId?: string | undefined
  readonly modelId?: string | undefined
  readonly proposal?: Proposal | undefined
}

/** Waits for what the draft starts from. */
export function WizardPage({ datasetId, modelId, proposal }: WizardPageProps) {
  const datasets = useQuery(datasetsQuery)
  const models = useQuery(modelsQuery)
  const baseModels = useQuery(baseModelsQuery)
  const error = datasets.error ?? models.error ?? baseModels.error
  if (error) return <ErrorNotice error={error} />
  if (!datasets.data || !models.data || !baseModels.data) return <Skeleton h={480} radius="lg" />
  return (
    <Wizard
      datasets={datasets.data}
      baseModels={baseModels.data}
      dataset={datasets.data.find((dataset) => dataset.id === datasetId)}
      model={models.data.find((model) => model.id === modelId)}
      proposal={proposal}
    />
  )
}

interface WizardProps {
  readonly datasets: readonly Dataset[]
  readonly baseModels: readonly BaseModel[]
  readonly dataset?: Dataset | undefined
  readonly model?: Model | undefined
  readonly proposal?: Proposal | undefined
}

function Wizard({ datasets, baseModels, dataset, model, proposal }: WizardProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [draft, dispatch] = useReducer(wizardReducer, undefined, () =>
    startDraft({
      ...(dataset ? { dataset } : {}),
      ...(model ? { model } : {}),
      ...(proposal ? { change: proposal } : {}),
    }),
  )
  const [tried, setTried] = useState(false)
  const start = useMutation({
    mutationFn: (request: FineTuneRequest) => invoke('version.start', request),
    onSuccess: async (version) => {
      await client.invalidateQueries({ queryKey: modelsQuery.queryKey })
      navigate({ page: 'model', modelId: version.modelId, versionId: version.id })
    },
  })
  const [batteryAsked, battery] = useDisclosure(false)
  const index = wizardSteps.indexOf(draft.step)
  const fields = sharedFields(baseModels, draft.baseModelIds)
  const problem = problemOf(draft, draft.step, fields)
  const request = toRequest(draft, baseModels)
  const steps = { draft, dispatch }

  /** A battery may not last for it, so the analyst decides. */
  async function startUnlessOnBattery(wanted: FineTuneRequest): Promise<void> {
    if (await invoke('app.isOnBattery')) battery.open()
    else start.mutate(wanted)
  }

  function goTo(target: number): void {
    const step = wizardSteps[target]
    if (!step) return
    if (target > index && problem) {
      setTried(true)
      return
    }
    setTried(false)
    start.reset()
    dispatch({ type: 'wentTo', step })
  }

  return (
    <>
      <PageHeader
        title={model ? t('wizard.titleVersion', { name: model.name }) : t('wizard.title')}
        subtitle={t('wizard.subtitle')}
        back={{ label: t('navigation.models'), onClick: () => navigate({ page: 'models' }) }}
      />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (draft.step !== 'review') goTo(index + 1)
          else if (request) void startUnlessOnBattery(request)
        }}
      >
        <Stepper active={index} onStepClick={goTo} allowNextStepsSelect={false} size="sm" mb="xl">
          {wizardSteps.map((step) => (
            <Stepper.Step key={step} label={t(`wizard.step.${step}`)} />
          ))}
        </Stepper>
        <Title order={2} mb="md">
          {t(`wizard.heading.${draft.step}`)}
        </Title>
        {draft.step === 'name' && <NameStep {...steps} />}
        {draft.step === 'data' && <DataStep {...steps} datasets={datasets} />}
        {draft.step === 'baseModels' && <BaseModelsStep {...steps} baseModels={baseModels} />}
        {draft.step === 'settings' && proposal && (
          <Alert mb="md">
            {t('analysis:reading.filledIn', {
              ...proposal,
              name: baseModels.find(({ id }) => draft.baseModelIds.includes(id))?.displayName ?? '',
              setting: t(`hyperparameter.${proposal.setting}.label`),
            })}
          </Alert>
        )}
        {draft.step === 'settings' && (
          <SettingsStep {...steps} fields={fields} baseModels={baseModels} />
        )}
        {draft.step === 'review' && (
          <>
            {request && <EstimatePanel {...{ request, baseModels, dispatch }} />}
            <ReviewStep draft={draft} datasets={datasets} baseModels={baseModels} fields={fields} />
          </>
        )}
        {tried && problem && (
          <Alert color="orange" mt="md" role="alert">
            {t(`wizard.problem.${problem}`)}
          </Alert>
        )}
        {start.error && <ErrorNotice error={start.error} />}
        <Group justify="space-between" mt="xl">
          <Button
            variant="default"
            onClick={() => goTo(index - 1)}
            disabled={index === 0 || (model !== undefined && index === 1)}
          >
            {t('wizard.back')}
          </Button>
          <Button type="submit" loading={start.isPending}>
            {t(draft.step === 'review' ? 'wizard.start' : 'wizard.next')}
          </Button>
        </Group>
      </form>
      <Modal
        opened={batteryAsked}
        onClose={battery.close}
        title={t('wizard.batteryTitle')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
        centered
      >
        <Text mb="lg">{t('wizard.batteryText')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={battery.close}>
            {t('wizard.batteryWait')}
          </Button>
          <Button
            onClick={() => {
              battery.close()
              if (request) start.mutate(request)
            }}
          >
            {t('wizard.batteryStart')}
          </Button>
        </Group>
      </Modal>
    </>
  )
}
