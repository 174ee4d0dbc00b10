import { Alert, Button, Group, Select, Skeleton, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BaseModel, FineTuneRequest, Model, ModelVersion } from '../../shared/model.ts'
import { startCost } from '../../shared/startCost.ts'
import type { AwsWorkspace } from '../../shared/workspace.ts'
import { noPrices } from '../catalog/catalogFilter.ts'
import { StartAtPrice } from '../catalog/StartAtPrice.tsx'
import { StartNote } from '../catalog/StartNote.tsx'
import { ErrorDataNotice, ErrorNotice } from '../components/ErrorNotice.tsx'
import { invoke } from '../api.ts'
import { useNavigate } from '../navigation.tsx'
import { catalogQuery, datasetsQuery, modelsQuery, pricesQuery } from '../queries.ts'
import { MoveCandidate } from './MoveCandidate.tsx'
import { MoveReview } from './MoveReview.tsx'
import {
  runOf,
  suggestChoices,
  toMoveRequest,
  type MoveChoice,
  type MoveDraft,
} from '../../shared/movePlan.ts'
import { useMovingCandidates } from './useMovingCandidates.ts'

interface MoveProps {
  readonly model: Model
  readonly version: ModelVersion
  readonly local: readonly BaseModel[]
  readonly places: readonly AwsWorkspace[]
  readonly firstPlace: string
  readonly onBack: () => void
}

/** Where, with which base models, what that changes; then the review with the price on its button. */
export function Move({ model, version, local, places, firstPlace, onBack }: MoveProps) {
  const { t } = useTranslation('move')
  const navigate = useNavigate()
  const client = useQueryClient()
  const [workspaceId, setWorkspaceId] = useState(firstPlace)
  /** Null: as suggested. */
  const [chosen, setChosen] = useState<readonly MoveChoice[] | null>(null)
  const [machines, setMachines] = useState<MoveDraft['machines']>({})
  const [sampleRows, setSampleRows] = useState<number | null>(null)
  const [isReviewing, setReviewing] = useState(false)
  const [tried, setTried] = useState(false)
  const catalog = useQuery(catalogQuery(workspaceId))
  const { data: datasets } = useQuery(datasetsQuery)
  const { data: prices = noPrices, isLoading: isPricing } = useQuery(pricesQuery(workspaceId))
  const offered = catalog.data?.baseModels ?? []
  const choices = chosen ?? suggestChoices(version.candidates, local, offered)
  const draft: MoveDraft = { workspaceId, choices, machines, sampleRows }
  const moving = useMovingCandidates(draft, version, local)
  const start = useMutation({
    mutationFn: (request: FineTuneRequest) => invoke('version.start', request),
    onSuccess: async (started) => {
      await client.invalidateQueries({ queryKey: modelsQuery.queryKey })
      navigate({ page: 'model', modelId: started.modelId, versionId: started.id })
    },
  })
  const isPending = catalog.isPending || moving.some(({ isPending: waits }) => waits)
  const ready = moving.flatMap(({ plan }) => (plan && plan.problem === null ? [plan] : []))
  const canReview = !isPending && moving.length > 0 && ready.length === moving.length
  const runs = ready.map((plan) => runOf(plan, machines[plan.target.id]))
  const cost = startCost(runs, prices)
  const place = places.find(({ id }) => id === workspaceId)

  function choosePlace(id: string): void {
    setWorkspaceId(id)
    setChosen(null)
    setMachines({})
    setSampleRows(null)
    setTried(false)
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!canReview) return setTried(true)
        if (!isReviewing) return setReviewing(true)
        start.mutate(toMoveRequest(draft, model, version, ready))
      }}
    >
      {!isReviewing && (
        <Stack gap="lg">
          <Select
            maw={420}
            label={t('where')}
            data={places.map(({ id, name, region }) => ({
              value: id,
              label: t('catalog:inAws', { name, region }),
            }))}
            value={workspaceId}
            allowDeselect={false}
            onChange={(id) => id && choosePlace(id)}
          />
          {catalog.error && <ErrorNotice error={catalog.error} />}
          {catalog.data?.failures.map(({ way, error }) => (
            <ErrorDataNotice key={way} error={error} />
          ))}
          {catalog.isPending && <Skeleton h={320} radius="lg" />}
          {catalog.data &&
            version.candidates.map((candidate) => (
              <MoveCandidate
                key={candidate.id}
                candidate={candidate}
                moving={moving.find(({ candidateId }) => candidateId === candidate.id)}
                {...{ version, local, offered, draft, prices, tried }}
                onChoose={(choice) =>
                  setChosen(
                    version.candidates.flatMap(({ id }) => {
                      const known =
                        id === candidate.id
                          ? choice
                          : choices.find(({ candidateId }) => candidateId === id)
                      return known ? [known] : []
                    }),
                  )
                }
                onMachine={(baseModelId, machine) =>
                  setMachines({ ...machines, [baseModelId]: machine })
                }
                onSample={setSampleRows}
              />
            ))}
        </Stack>
      )}
      {isReviewing && place && (
        <MoveReview
          {...{ place, model, version, draft, prices, moving: ready }}
          dataBytes={datasets?.find(({ id }) => id === version.datasetId)?.sizeBytes ?? 0}
        />
      )}
      {tried && !canReview && !isPending && (
        <Alert color="orange" mt="md" role="alert">
          {t(moving.length === 0 ? 'problem.nothingChosen' : 'problem.first')}
        </Alert>
      )}
      {start.error && <ErrorNotice error={start.error} />}
      <Group justify="space-between" mt="xl">
        <Button variant="default" onClick={isReviewing ? () => setReviewing(false) : onBack}>
          {t('app:wizard.back')}
        </Button>
        <Button type="submit" loading={isPending || start.isPending || (isReviewing && isPricing)}>
          {isReviewing ? <StartAtPrice {...{ prices, cost }} /> : t('toReview')}
        </Button>
      </Group>
      {isReviewing && <StartNote {...{ runs, prices }} />}
    </form>
  )
}
