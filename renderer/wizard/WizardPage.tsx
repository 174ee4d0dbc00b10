import { Alert, Button, Group, Modal, Skeleton, Stepper, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useReducer, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../shared/dataset.ts'
import type { BaseModel, FineTuneRequest, Model } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { useNavigate, type Proposal } from '../navigation.tsx'
import { localWorkspaceId, type AwsWorkspace, type Workspace } from '../../shared/workspace.ts'
import { CatalogStep } from '../catalog/CatalogStep.tsx'
import { CloudChoices } from '../catalog/CloudChoices.tsx'
import { CloudReview } from '../catalog/CloudReview.tsx'
import { CostReview } from '../workspaces/CostReview.tsx'
import { reckonedSeconds, startCost } from '../../shared/startCost.ts'
import { costPlan } from '../catalog/machines.ts'
import { StartAtPrice } from '../catalog/StartAtPrice.tsx'
import { StartNote } from '../catalog/StartNote.tsx'
import { useTrainingTokens } from '../catalog/useTrainingTokens.ts'
import { useCatalogModels } from '../catalog/useCatalogModels.ts'
import { baseModelsQuery, datasetsQuery, modelsQuery, settingsQuery } from '../queries.ts'
import { preparationQuery } from '../workbench/workbenchQueries.ts'
import { workspacesQuery } from '../workspaces/queries.ts'
import { WhereSelect } from './WhereSelect.tsx'
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
  type Preparation,
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
  const workspaces = useQuery(workspacesQuery)
  const settings = useQuery(settingsQuery)
  const prepared = useQuery({
    ...preparationQuery(datasetId ?? ''),
    enabled: datasetId !== undefined,
  })
  const isPrepared = datasetId === undefined || prepared.isFetchedAfterMount
  const error =
    datasets.error ?? models.error ?? baseModels.error ?? workspaces.error ?? settings.error
  if (error) return <ErrorNotice error={error} />
  if (!datasets.data || !models.data || !baseModels.data || !workspaces.data || !settings.data)
    return <Skeleton h={480} radius="lg" />
  // What was chosen a moment ago counts; without it the draft begins with what was guessed.
  if (!isPrepared) return <Skeleton h={480} radius="lg" />
  return (
    <Wizard
      datasets={datasets.data}
      localModels={baseModels.data}
      workspaces={workspaces.data}
      workspaceId={settings.data.workspaceId}
      dataset={datasets.data.find((dataset) => dataset.id === datasetId)}
      preparation={prepared.data}
      model={models.data.find((model) => model.id === modelId)}
      proposal={proposal}
    />
  )
}

interface WizardProps {
  readonly datasets: readonly Dataset[]
  readonly localModels: readonly BaseModel[]
  readonly workspaces: readonly Workspace[]
  /** Where the next training goes, unless something else is chosen here. */
  readonly workspaceId: string
  readonly dataset?: Dataset | undefined
  readonly preparation?: Preparation | undefined
  readonly model?: Model | undefined
  readonly proposal?: Proposal | undefined
}

function Wizard({
  datasets,
  localModels,
  workspaces,
  workspaceId,
  dataset,
  preparation,
  model,
  proposal,
}: WizardProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [draft, dispatch] = useReducer(wizardReducer, undefined, () =>
    startDraft({
      workspaceId,
      ...(dataset ? { dataset } : {}),
      ...(preparation ? { preparation } : {}),
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
  const isCloud = draft.workspaceId !== localWorkspaceId
  const catalogue = useCatalogModels(draft)
  const { prices } = catalogue
  useEffect(() => window.scrollTo(0, 0), [draft.step])
  const baseModels = isCloud ? catalogue.baseModels : localModels
  const trainingTokens = useTrainingTokens(draft, isCloud && draft.step === 'review')
  const runs = baseModels.map((model) => ({
    model,
    choice: draft.cloud[model.id],
    settings: draft.hyperparameters,
    trainingTokens,
  }))
  const cost = startCost(runs, prices)
  const place = workspaces.find(
    (workspace): workspace is AwsWorkspace =>
      workspace.kind === 'aws' && workspace.id === draft.workspaceId,
  )
  const fields = sharedFields(baseModels, draft.baseModelIds)
  const problem = problemOf(draft, draft.step, fields)
  const request = toRequest(draft, baseModels)
  const steps = { draft, dispatch }

  /** A battery may not last for it, so the analyst decides. */
  async function startUnlessOnBattery(wanted: FineTuneRequest): Promise<void> {
    if (!isCloud && (await invoke('app.isOnBattery'))) battery.open()
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
        back={
          model
            ? { label: model.name, onClick: () => navigate({ page: 'model', modelId: model.id }) }
            : { label: t('navigation.models'), onClick: () => navigate({ page: 'models' }) }
        }
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
        {draft.step === 'baseModels' && (
          <>
            <WhereSelect {...steps} workspaces={workspaces} />
            {isCloud ? (
              <CatalogStep
                {...steps}
                prices={prices}
                rows={
                  datasets.find(({ id }) => id === draft.datasetId)?.scan.usableRowCount ?? null
                }
              />
            ) : (
              <BaseModelsStep {...steps} baseModels={localModels} />
            )}
          </>
        )}
        {draft.step === 'settings' && proposal && (
          <Alert mb="md">
            {t('analysis:reading.filledIn', {
              ...proposal,
              name: baseModels.find(({ id }) => draft.baseModelIds.includes(id))?.displayName ?? '',
              setting: t(`hyperparameter.${proposal.setting}.label`),
            })}
          </Alert>
        )}
        {draft.step !== 'baseModels' && catalogue.error && <ErrorNotice error={catalogue.error} />}
        {draft.step === 'settings' && isCloud && (
          <CloudChoices
            choices={draft.cloud}
            onChoose={(baseModelId, choice) =>
              dispatch({ type: 'cloudChosen', baseModelId, choice })
            }
            {...{ baseModels, prices }}
          />
        )}
        {draft.step === 'settings' && (
          <SettingsStep {...steps} fields={fields} baseModels={baseModels} datasets={datasets} />
        )}
        {draft.step === 'review' && (
          <>
            {isCloud ? (
              <>
                <CloudReview {...{ runs, prices }} />
                {place && (
                  <CostReview
                    workspaceId={place.id}
                    region={place.region}
                    plan={costPlan(
                      baseModels,
                      draft.cloud,
                      datasets.find(({ id }) => id === draft.datasetId)?.sizeBytes ?? 0,
                      (model) => {
                        const run = runs.find((one) => one.model.id === model.id)
                        return run ? reckonedSeconds(run) : null
                      },
                    )}
                  />
                )}
              </>
            ) : (
              request && <EstimatePanel {...{ request, baseModels, dispatch }} />
            )}
            <ReviewStep {...{ draft, datasets, baseModels, fields, workspaces }} />
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
          <Button
            type="submit"
            loading={
              start.isPending ||
              (draft.step !== 'baseModels' && catalogue.isPending) ||
              (isCloud && draft.step === 'review' && cost.isCounting)
            }
          >
            {draft.step !== 'review' ? (
              t('wizard.next')
            ) : isCloud ? (
              <StartAtPrice {...{ prices, cost }} />
            ) : (
              t('wizard.start')
            )}
          </Button>
        </Group>
        {isCloud && draft.step === 'review' && <StartNote {...{ runs, prices }} />}
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
