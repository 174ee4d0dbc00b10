import { Select, Skeleton, Stack } from '@mantine/core'
import { IconCertificate } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { registryGroupsQuery, registryVersionsQuery } from '../shipQueries.ts'
import { RegisteredVersionCard } from './RegisteredVersionCard.tsx'

export function RegistryPage({ groupName }: { groupName?: string | undefined }) {
  const { t } = useTranslation('ship')
  const [workspaceId] = useState('local')
  const [chosen, setChosen] = useState<string | null>(groupName ?? null)
  const { data: groups, error } = useQuery({ ...registryGroupsQuery(workspaceId), staleTime: 0 })
  const shown = chosen ?? groups?.[0]?.name ?? null
  return (
    <>
      <PageHeader title={t('registry.title')} subtitle={t('registry.subtitle')} />
      {error && <ErrorNotice error={error} />}
      {!groups && !error && <Skeleton h={240} radius="lg" />}
      {groups?.length === 0 && (
        <EmptyState
          icon={<IconCertificate size={44} stroke={1.3} aria-hidden />}
          title={t('registry.emptyTitle')}
          text={t('registry.emptyText')}
        />
      )}
      {groups && groups.length > 0 && shown !== null && (
        <Stack>
          <Select
            label={t('registry.group')}
            maw={360}
            data={groups.map(({ name }) => name)}
            value={shown}
            allowDeselect={false}
            onChange={setChosen}
          />
          <Versions workspaceId={workspaceId} groupName={shown} />
        </Stack>
      )}
    </>
  )
}

function Versions({ workspaceId, groupName }: { workspaceId: string; groupName: string }) {
  const { data, error } = useQuery({
    ...registryVersionsQuery(workspaceId, groupName),
    staleTime: 0,
  })
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Skeleton h={160} radius="lg" />
  return (
    <Stack>
      {data.map((version) => (
        <RegisteredVersionCard key={version.arn} version={version} workspaceId={workspaceId} />
      ))}
    </Stack>
  )
}
