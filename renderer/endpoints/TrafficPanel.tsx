import { Button, Group, Select, Slider, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  currentRevision,
  mostInstancesOf,
  type Endpoint,
  type EndpointVariant,
} from '../../shared/endpoint.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { speakersQuery } from '../shipQueries.ts'
import { PriceNotes } from './PriceNotes.tsx'
import { useMachinePrice } from './useMachinePrice.ts'

/** Another candidate behind the endpoint: in place of the old one, or beside it; and back again. */
export function TrafficPanel({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('ship')
  const { variants, componentName } = currentRevision(endpoint)
  return (
    <Stack>
      {variants.map((variant) => (
        <Group key={variant.name} justify="space-between">
          <Text size="sm">{variant.title}</Text>
          <Text size="sm" fw={600}>
            {Math.round(variant.weight * 100)} %
          </Text>
        </Group>
      ))}
      {componentName === null ? (
        <Changes endpoint={endpoint} />
      ) : (
        <Text size="sm">{t('traffic.oneModel')}</Text>
      )}
    </Stack>
  )
}

function Changes({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('ship')
  const { variants, configName } = currentRevision(endpoint)
  const isReady = endpoint.status === 'InService'
  const before = endpoint.revisions.findLast((revision) => revision.configName !== configName)
  const { perHourOf, notes, isPending } = usePrice(endpoint)
  const rollBack = useMutation({
    mutationFn: () => invoke('endpoint.rollBack', { name: endpoint.name }),
    onError: showError,
  })
  return (
    <>
      {variants.length === 2 && <SharePanel endpoint={endpoint} />}
      <UpdatePanel endpoint={endpoint} />
      {!isReady && (
        <Text size="sm" c="dimmed" role="status">
          {t(`endpoint.status.${endpoint.status}`)}
        </Text>
      )}
      <div>
        <Button
          variant="default"
          disabled={!isReady || !before}
          loading={rollBack.isPending || isPending}
          onClick={() => rollBack.mutate()}
        >
          {before && perHourOf
            ? t('traffic.rollBackPriced', {
                price: perHourOf(mostWith(endpoint, before.variants)),
              })
            : t('traffic.rollBack')}
        </Button>
        <Text size="xs" c="dimmed" mt={4}>
          {t('traffic.rollBackHint')}
        </Text>
      </div>
      <PriceNotes notes={notes} />
    </>
  )
}

/** How many machines it has at most with these in place of its own: what is paid for when it is asked most. */
function mostWith(endpoint: Endpoint, variants: EndpointVariant[]): number {
  const { scaling } = endpoint
  return mostInstancesOf({ scaling, revisions: [{ ...currentRevision(endpoint), variants }] })
}

/** Of the endpoint's machines, which another candidate gets as well. */
function usePrice(endpoint: Endpoint) {
  const [variant] = currentRevision(endpoint).variants
  return useMachinePrice(endpoint.workspaceId, variant?.instanceType ?? '')
}

function SharePanel({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('ship')
  const [, added] = currentRevision(endpoint).variants
  const [share, setShare] = useState(Math.round((added?.weight ?? 0.5) * 100))
  const set = useMutation({
    mutationFn: () => invoke('endpoint.setShare', { name: endpoint.name, share: share / 100 }),
    onError: showError,
  })
  return (
    <Stack gap="xs">
      <Text size="sm">{t('traffic.share', { title: added?.title ?? '', share })}</Text>
      <Slider
        min={0}
        max={100}
        step={5}
        value={share}
        onChange={setShare}
        thumbLabel={t('traffic.shareLabel')}
      />
      <Group>
        <Button
          size="sm"
          disabled={endpoint.status !== 'InService'}
          loading={set.isPending}
          onClick={() => set.mutate()}
        >
          {t('traffic.apply')}
        </Button>
      </Group>
    </Stack>
  )
}

function UpdatePanel({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('ship')
  const { data: speakers = [] } = useQuery(speakersQuery)
  const [candidateId, setCandidateId] = useState<string | null>(null)
  const [share, setShare] = useState(10)
  const update = useMutation({
    mutationFn: (how: { candidateId: string; share: number }) =>
      invoke('endpoint.update', { name: endpoint.name, ...how }),
    onError: showError,
  })
  const candidates = speakers.flatMap(({ speaker, title }) =>
    speaker.kind === 'candidate' ? [{ value: speaker.candidateId, label: title }] : [],
  )
  const { perHourOf, isPending } = usePrice(endpoint)
  // Another candidate gets as many machines as the first has.
  const first = currentRevision(endpoint).variants.slice(0, 1)
  const isDisabled = candidateId === null || endpoint.status !== 'InService'
  const send = (part: number) => {
    if (candidateId !== null) update.mutate({ candidateId, share: part })
  }
  return (
    <Stack gap="xs">
      <Select
        label={t('traffic.candidate')}
        description={t('traffic.candidateHint')}
        data={candidates}
        value={candidateId}
        onChange={setCandidateId}
      />
      <Text size="sm">{t('traffic.part', { share })}</Text>
      <Slider
        min={5}
        max={95}
        step={5}
        value={share}
        onChange={setShare}
        thumbLabel={t('traffic.partLabel')}
      />
      <Group>
        <Button
          disabled={isDisabled}
          loading={update.isPending || isPending}
          onClick={() => send(share / 100)}
        >
          {perHourOf
            ? t('traffic.splitPriced', {
                price: perHourOf(mostWith(endpoint, [...first, ...first])),
              })
            : t('traffic.split')}
        </Button>
        <Button
          variant="default"
          disabled={isDisabled}
          loading={update.isPending || isPending}
          onClick={() => send(1)}
        >
          {perHourOf
            ? t('traffic.replacePriced', { price: perHourOf(mostWith(endpoint, first)) })
            : t('traffic.replace')}
        </Button>
      </Group>
    </Stack>
  )
}
