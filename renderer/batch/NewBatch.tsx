import { Button, Card, Group, Select, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { speakerKey } from '../../shared/playground.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { NoDatasets } from '../datasets/NoDatasets.tsx'
import { PriceNotes } from '../endpoints/PriceNotes.tsx'
import { useMachinePrice } from '../endpoints/useMachinePrice.ts'
import { datasetsQuery } from '../queries.ts'
import { batchesQuery, speakersQuery } from '../shipQueries.ts'
import { AnswerWay } from './AnswerWay.tsx'
import { useTransformChoice } from './useTransformChoice.ts'

/** Which file is answered by which model, and at AWS how. */
export function NewBatch() {
  const { t } = useTranslation('ship')
  const client = useQueryClient()
  const { data: known } = useQuery(datasetsQuery)
  const datasets = known ?? []
  const { data: speakers } = useQuery(speakersQuery)
  const [chosenDataset, setDataset] = useState<string | null>(null)
  const [chosenColumn, setColumn] = useState<string | null>(null)
  const [chosenSpeaker, setSpeaker] = useState<string | null>(null)
  const dataset = datasets.find(({ id }) => id === chosenDataset) ?? datasets[0]
  const columns = dataset?.scan.columns ?? []
  const column =
    chosenColumn !== null && columns.includes(chosenColumn)
      ? chosenColumn
      : (dataset?.scan.suggestedRoles?.question ?? columns[0] ?? null)
  const speaker =
    speakers?.find((one) => speakerKey(one.speaker) === chosenSpeaker) ?? speakers?.[0]
  const choice = useTransformChoice(speaker?.speaker ?? null)
  const {
    perHourOf,
    notes,
    isPending: isPricing,
  } = useMachinePrice(choice.paid?.workspaceId ?? localWorkspaceId, choice.paid?.instanceType ?? '')
  const start = useMutation({
    mutationFn: () => {
      if (!dataset || column === null || !speaker) throw new Error('Nothing is chosen.')
      return invoke('batch.start', {
        speaker: speaker.speaker,
        datasetId: dataset.id,
        column,
        settings: { maxNewTokens: 120, temperature: 0, topP: 0.9, seed: 1 },
        transform: choice.chosen && { instanceType: choice.chosen.instanceType },
      })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: batchesQuery.queryKey }),
    onError: showError,
  })
  if (known?.length === 0) return <NoDatasets />
  if (speakers?.length === 0) return <Text c="dimmed">{t('batch.nothing')}</Text>
  if (!known || !speakers) return null
  return (
    <Card withBorder radius="lg" component="section" aria-label={t('batch.new')}>
      <Group grow align="flex-end">
        <Select
          label={t('batch.file')}
          data={datasets.map(({ id, name }) => ({ value: id, label: name }))}
          value={dataset?.id ?? null}
          allowDeselect={false}
          onChange={setDataset}
        />
        <Select
          label={t('batch.column')}
          data={columns}
          value={column}
          allowDeselect={false}
          onChange={setColumn}
        />
        <Select
          label={t('batch.model')}
          data={speakers.map((one) => ({ value: speakerKey(one.speaker), label: one.title }))}
          value={speaker ? speakerKey(speaker.speaker) : null}
          allowDeselect={false}
          onChange={setSpeaker}
        />
      </Group>
      {choice.offer && <AnswerWay offer={choice.offer} />}
      {choice.paid && !choice.chosen && <PriceNotes notes={notes} />}
      <Group justify="flex-end" mt="md">
        <Button
          loading={start.isPending || (choice.paid !== null && isPricing)}
          onClick={() => start.mutate()}
        >
          {choice.paid && perHourOf
            ? t('batch.startPriced', { price: perHourOf(1) })
            : t('batch.start')}
        </Button>
      </Group>
    </Card>
  )
}
