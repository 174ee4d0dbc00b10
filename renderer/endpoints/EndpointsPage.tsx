import { Button, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconPlugConnected, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Endpoint, Orphan } from '../../shared/endpoint.ts'
import { invoke } from '../api.ts'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { showError } from '../components/showError.tsx'
import { formatDate } from '../format.ts'
import { endpointsQuery } from '../shipQueries.ts'
import { EndpointCard } from './EndpointCard.tsx'
import { EndpointDrawer } from './EndpointDrawer.tsx'

export function EndpointsPage() {
  const { t, i18n } = useTranslation('ship')
  const client = useQueryClient()
  const { data, error } = useQuery(endpointsQuery)
  const [shown, setShown] = useState<string | null>(null)
  const reconcile = useMutation({
    mutationFn: () => invoke('endpoint.reconcile'),
    onSuccess: (state) => client.setQueryData(endpointsQuery.queryKey, state),
    onError: showError,
  })
  const here = (data?.endpoints ?? []).filter(({ status }) => status !== 'Gone')
  const gone = (data?.endpoints ?? []).filter(({ status }) => status === 'Gone').slice(0, 10)
  return (
    <>
      <PageHeader
        title={t('endpoints.title')}
        subtitle={t('endpoints.subtitle')}
        actions={
          <Button
            variant="default"
            leftSection={<IconRefresh size={18} aria-hidden />}
            loading={reconcile.isPending}
            onClick={() => reconcile.mutate()}
          >
            {t('endpoints.check')}
          </Button>
        }
      />
      {error && <ErrorNotice error={error} />}
      {!data && !error && <Skeleton h={240} radius="lg" />}
      {data && (
        <Stack gap="md">
          {data.orphans.length > 0 && <Orphans orphans={data.orphans} />}
          {here.length === 0 && (
            <EmptyState
              icon={<IconPlugConnected size={44} stroke={1.3} aria-hidden />}
              title={t('endpoints.emptyTitle')}
              text={t('endpoints.emptyText')}
            />
          )}
          {here.map((endpoint) => (
            <EndpointCard
              key={endpoint.name}
              endpoint={endpoint}
              onOpen={() => setShown(endpoint.name)}
            />
          ))}
          {gone.length > 0 && <Gone endpoints={gone} />}
          {data.reconciledAtMs !== null && (
            <Text size="xs" c="dimmed">
              {t('endpoints.checkedAt', { date: formatDate(data.reconciledAtMs, i18n.language) })}
            </Text>
          )}
        </Stack>
      )}
      <EndpointDrawer name={shown} onClose={() => setShown(null)} />
    </>
  )
}

function Orphans({ orphans }: { orphans: readonly Orphan[] }) {
  const { t, i18n } = useTranslation('ship')
  const remove = useMutation({
    mutationFn: ({ workspaceId, name }: Orphan) =>
      invoke('endpoint.deleteOrphan', { workspaceId, name }),
    onError: showError,
  })
  return (
    <Card withBorder radius="lg" component="section" aria-label={t('orphans.title')}>
      <Title order={2}>{t('orphans.title')}</Title>
      <Text c="dimmed" size="sm" mb="sm">
        {t('orphans.text')}
      </Text>
      {orphans.map((orphan) => (
        <Group key={`${orphan.workspaceId} ${orphan.name}`} justify="space-between" py={4}>
          <div>
            <Text size="sm" fw={500}>
              {orphan.name}
            </Text>
            <Text size="xs" c="dimmed">
              {t(`orphans.${orphan.kind === 'component' ? 'componentFacts' : 'facts'}`, {
                status: orphan.status,
                date: formatDate(orphan.createdAtMs, i18n.language),
              })}
            </Text>
          </div>
          <Button
            size="compact-sm"
            color="red.8"
            variant="light"
            loading={remove.isPending}
            onClick={() => remove.mutate(orphan)}
            aria-label={t('orphans.deleteLabel', { name: orphan.name })}
          >
            {t('endpoint.delete')}
          </Button>
        </Group>
      ))}
    </Card>
  )
}

function Gone({ endpoints }: { endpoints: readonly Endpoint[] }) {
  const { t, i18n } = useTranslation('ship')
  return (
    <section aria-label={t('endpoints.gone')}>
      <Title order={2} mb="xs" mt="md">
        {t('endpoints.gone')}
      </Title>
      <Stack gap={2}>
        {endpoints.map(({ name, title, goneAtMs, failure }) => (
          <Text key={name} size="sm" c="dimmed">
            {t(failure ? 'endpoints.failedFacts' : 'endpoints.goneFacts', {
              title,
              name,
              date: goneAtMs === null ? '' : formatDate(goneAtMs, i18n.language),
            })}
            {failure && ` ${t(`errors:${failure.code}`, { ...failure.details })}`}
          </Text>
        ))}
      </Stack>
    </section>
  )
}
