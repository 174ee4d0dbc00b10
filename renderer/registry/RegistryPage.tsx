import { Select, Skeleton, Stack } from '@mantine/core'
import { IconCertificate } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { settingsQuery } from '../queries.ts'
import { workspacesQuery } from '../workspaces/queries.ts'
import { registryGroupsQuery, registryVersionsQuery } from '../shipQueries.ts'
import { RegisteredVersionCard } from './RegisteredVersionCard.tsx'

interface RegistryPageProps {
  /** Left out: of the workspace that is in use. */
  readonly workspaceId?: string | undefined
  readonly groupName?: string | undefined
}

/** Each workspace has a registry of its own. */
export function RegistryPage(props: RegistryPageProps) {
  const { t } = useTranslation(['ship', 'workspaces'])
  const { data: workspaces = [] } = useQuery(workspacesQuery)
  const { data: settings } = useQuery(settingsQuery)
  const [chosenWorkspace, setWorkspace] = useState(props.workspaceId ?? null)
  const [chosen, setChosen] = useState<string | null>(props.groupName ?? null)
  const workspaceId = chosenWorkspace ?? settings?.workspaceId ?? localWorkspaceId
  const { data: groups, error } = useQuery({ ...registryGroupsQuery(workspaceId), staleTime: 0 })
  const shown = chosen ?? groups?.[0]?.name ?? null
  return (
    <>
      <PageHeader title={t('registry.title')} subtitle={t('registry.subtitle')} />
      {workspaces.length > 1 && (
        <Select
          label={t('workspaces:switcher')}
          maw={360}
          mb="md"
          data={workspaces.map((one) => ({
            value: one.id,
            label: one.kind === 'aws' ? one.name : t('workspaces:local'),
          }))}
          value={workspaceId}
          allowDeselect={false}
          onChange={(value) => {
            setWorkspace(value)
            setChosen(null)
          }}
        />
      )}
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
