import { Button, Card, Group, Progress, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { transformCost, type Batch, type BatchTransform } from '../../shared/batch.ts'
import { asReckoned, formatSmallMoney } from '../../shared/cost.ts'
import { formatPrice } from '../../shared/endpoint.ts'
import { invoke } from '../api.ts'
import { ConfirmRemoval } from '../components/ConfirmRemoval.tsx'
import { ErrorDataNotice, ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { Tag, type Tone } from '../components/Tag.tsx'
import { useStartPrice } from '../endpoints/useStartPrice.ts'
import { showError } from '../components/showError.tsx'
import { showSaved } from '../components/showSaved.ts'
import { useNavigate } from '../navigation.tsx'
import { batchesQuery } from '../shipQueries.ts'
import { NewBatch } from './NewBatch.tsx'

const tones: Record<Batch['status'], Tone> = {
  Running: 'busy',
  Stopped: 'attention',
  Completed: 'good',
  Failed: 'bad',
}

/** A file of prompts, answered row by row. */
export function BatchPage() {
  const { t } = useTranslation('ship')
  const navigate = useNavigate()
  const { data: batches = [], error } = useQuery(batchesQuery)
  return (
    <>
      <PageHeader
        title={t('batch.title')}
        subtitle={t('batch.subtitle')}
        back={{ label: t('playground.title'), onClick: () => navigate({ page: 'playground' }) }}
      />
      {error && <ErrorNotice error={error} />}
      <Stack>
        <NewBatch />
        {batches.map((batch) => (
          <BatchCard key={batch.id} batch={batch} />
        ))}
      </Stack>
    </>
  )
}

function BatchCard({ batch }: { batch: Batch }) {
  const { t, i18n } = useTranslation('ship')
  // A job that is under way is only waited for; otherwise another one is paid for.
  const jobAgain = batch.transform?.jobName === null ? batch.transform.price : null
  const { speaker, transform, status } = batch
  const endpointAgain = useStartPrice(
    transform === null && !['Running', 'Completed'].includes(status) ? [speaker] : [],
  )
  const priceAgain = jobAgain ? formatPrice(jobAgain, 1, i18n.language) : endpointAgain.perHour
  const client = useQueryClient()
  const [removalAsked, removal] = useDisclosure(false)
  const act = useMutation({
    mutationFn: async (deed: 'stop' | 'resume' | 'delete') => {
      await invoke(`batch.${deed}`, { id: batch.id })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: batchesQuery.queryKey }),
    onError: showError,
  })
  const save = useMutation({
    mutationFn: () => invoke('batch.save', { id: batch.id }),
    onSuccess: showSaved,
    onError: showError,
  })
  const share = batch.rowCount === 0 ? 1 : batch.doneCount / batch.rowCount
  return (
    <Card withBorder radius="lg" component="section" aria-label={batch.datasetName}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={2}>{batch.datasetName}</Title>
          <Text size="sm" c="dimmed">
            {batch.title}
          </Text>
          {batch.transform && <TransformFacts transform={batch.transform} />}
        </div>
        <Tag tone={tones[batch.status]}>{t(`batch.status.${batch.status}`)}</Tag>
      </Group>
      <Progress
        mt="sm"
        value={share * 100}
        animated={batch.status === 'Running'}
        aria-label={t('batch.progressLabel', { name: batch.datasetName })}
      />
      <Text size="sm" c="dimmed" mt={4}>
        {t('batch.progress', { done: batch.doneCount, total: batch.rowCount })}
        {batch.failedCount > 0 ? ` · ${t('batch.refused', { count: batch.failedCount })}` : ''}
      </Text>
      {batch.failure && <ErrorDataNotice error={batch.failure} />}
      <Group gap="xs" mt="md">
        {batch.status === 'Running' ? (
          <Button size="sm" variant="default" onClick={() => act.mutate('stop')}>
            {t('batch.stop')}
          </Button>
        ) : (
          <>
            {batch.status !== 'Completed' && (
              <Button
                size="sm"
                loading={act.isPending || endpointAgain.isPending}
                onClick={() => act.mutate('resume')}
              >
                {priceAgain === null
                  ? t('batch.resume')
                  : t('batch.resumePriced', { price: priceAgain })}
              </Button>
            )}
            <Button
              size="sm"
              variant="default"
              loading={save.isPending}
              disabled={batch.doneCount === 0}
              onClick={() => save.mutate()}
            >
              {t('batch.save')}
            </Button>
            <Button size="sm" variant="subtle" color="gray" onClick={removal.open}>
              {t('batch.delete')}
            </Button>
          </>
        )}
      </Group>
      {removalAsked && (
        <ConfirmRemoval
          title={t('batch.deleteTitle')}
          text={t('batch.deleteText', { count: batch.doneCount })}
          keep={t('cancel')}
          remove={t('batch.delete')}
          close={t('close')}
          isPending={act.isPending}
          onClose={removal.close}
          onRemove={() => act.mutate('delete', { onSuccess: removal.close })}
        />
      )}
    </Card>
  )
}

function TransformFacts({ transform }: { transform: BatchTransform }) {
  const { t, i18n } = useTranslation('ship')
  const { jobName: name, instanceType: instance, price } = transform
  const cost = transformCost(transform)
  const money = (amount: number) =>
    price
      ? asReckoned(
          formatSmallMoney(amount, price.currency, i18n.language),
          price.reckonedIn !== null,
        )
      : ''
  return (
    <>
      <Text size="sm" c="dimmed">
        {name === null
          ? t('batch.transformStarting', { instance })
          : t('batch.transformFacts', { name, instance })}
      </Text>
      {price && cost !== null && (
        <Text size="sm" c="dimmed">
          {t('endpoint.cost', {
            perHour: formatPrice(price, 1, i18n.language),
            soFar: money(cost),
          })}
        </Text>
      )}
    </>
  )
}
