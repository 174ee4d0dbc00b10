import { Button, Card, Group, Modal, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { formatDuration } from '../../shared/duration.ts'
import {
  costSoFar,
  currentRevision,
  formatPrice,
  isAsleep,
  maySleep,
  priceNow,
  type Endpoint,
} from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { Tag, type Tone } from '../components/Tag.tsx'
import { showError } from '../components/showError.tsx'
import { asReckoned, formatSmallMoney } from '../../shared/cost.ts'
import { UnguardedNotice } from './UnguardedNotice.tsx'
import { useNow } from './useNow.ts'

const tones: Partial<Record<Endpoint['status'], Tone>> = {
  InService: 'good',
  Creating: 'busy',
  Planned: 'busy',
  Updating: 'busy',
  Deleting: 'busy',
  Failed: 'bad',
  OutOfService: 'bad',
  UpdateRollbackFailed: 'bad',
  Unguarded: 'attention',
}

export function EndpointCard({ endpoint, onOpen }: { endpoint: Endpoint; onOpen: () => void }) {
  const { t, i18n } = useTranslation('ship')
  const [deleteOpen, deletion] = useDisclosure(false)
  const now = useNow(15_000)
  const remove = useMutation({
    mutationFn: () => invoke('endpoint.delete', { name: endpoint.name }),
    onSettled: deletion.close,
    onError: showError,
  })
  const { name, title, status, isRemoving, failure, purpose } = endpoint
  const { variants } = currentRevision(endpoint)
  const cost = costSoFar(endpoint, now)
  const ends = endWords(endpoint, now, t)
  return (
    <Card withBorder radius="lg" component="section" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={2}>{purpose === 'production' ? name : title}</Title>
          <Text size="sm" c="dimmed">
            {purpose === 'production' ? title : t('endpoint.test', { name })}
          </Text>
        </div>
        <Tag
          tone={isRemoving ? 'busy' : isAsleep(endpoint) ? 'neutral' : (tones[status] ?? 'neutral')}
        >
          {t(`endpoint.status.${isRemoving ? 'Deleting' : isAsleep(endpoint) ? 'asleep' : status}`)}
        </Tag>
      </Group>
      {failure && <ErrorDataNotice error={failure} />}
      {status === 'Unguarded' && !isRemoving && (
        <UnguardedNotice
          error={new AppError('EndpointUnguarded', 'No schedule may be set', {
            details: { name },
          }).toData()}
        />
      )}
      {endpoint.scalingFailure && (
        <>
          <Text size="sm" mt="xs">
            {t('endpoint.notScaled')}
          </Text>
          <ErrorDataNotice error={endpoint.scalingFailure} />
        </>
      )}
      {endpoint.reason && !failure && (
        <Text size="sm" c="dimmed" mt="xs">
          {endpoint.reason}
        </Text>
      )}
      <Group gap="lg" mt="sm">
        {ends !== '' && <Text size="sm">{ends}</Text>}
        {cost !== null && endpoint.price && (
          <Text size="sm">
            {endpoint.price.perHour === 0
              ? t('endpoint.free')
              : t('endpoint.cost', {
                  perHour: formatPrice(priceNow(endpoint) ?? endpoint.price, 1, i18n.language),
                  soFar: asReckoned(
                    formatSmallMoney(cost, endpoint.price.currency, i18n.language),
                    endpoint.price.reckonedIn !== null,
                  ),
                })}
          </Text>
        )}
        {endpoint.scaling && (
          <Text size="sm">
            {t(maySleep(endpoint) ? 'endpoint.sleeps' : 'endpoint.scales', {
              min: endpoint.scaling.min,
              max: endpoint.scaling.max,
              count: endpoint.machines.at(-1)?.count ?? 0,
            })}
          </Text>
        )}
        {variants.length > 1 && (
          <Text size="sm">
            {variants
              .map((variant) => `${variant.title}: ${Math.round(variant.weight * 100)} %`)
              .join(' · ')}
          </Text>
        )}
      </Group>
      <Group gap="xs" mt="md">
        <Button size="sm" onClick={onOpen} aria-label={t('endpoint.openLabel', { name })}>
          {t('endpoint.open')}
        </Button>
        <Button
          size="sm"
          variant="default"
          disabled={isRemoving}
          onClick={deletion.open}
          aria-label={t('endpoint.deleteLabel', { name })}
        >
          {t('endpoint.delete')}
        </Button>
      </Group>
      <Modal
        opened={deleteOpen}
        onClose={deletion.close}
        title={t('endpoint.deleteTitle')}
        centered
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <Text mb="lg">{t('endpoint.deleteText', { name })}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={deletion.close}>
            {t('cancel')}
          </Button>
          <Button color="red.8" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('endpoint.deleteNow')}
          </Button>
        </Group>
      </Modal>
    </Card>
  )
}

function endWords(
  { idleMinutes, deadlineMs, isGuarded, status }: Endpoint,
  nowMs: number,
  t: TFunction<'ship'>,
): string {
  if (status === 'Unguarded') return ''
  if (idleMinutes === null) return t('endpoint.noEnd')
  if (deadlineMs === null) return ''
  const left = formatDuration(Math.max(0, deadlineMs - nowMs) / 1000)
  return t(isGuarded ? 'endpoint.endsIn' : 'endpoint.endsUnguarded', { time: left })
}
