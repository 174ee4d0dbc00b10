import { Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconCloud, IconDeviceLaptop, IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { localWorkspaceId, type AwsWorkspace, type Workspace } from '../../shared/workspace.ts'
import { invoke } from '../api.ts'
import { EmptyState } from '../components/EmptyState.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { showError } from '../components/showError.tsx'
import { Tag } from '../components/Tag.tsx'
import { useNavigate } from '../navigation.tsx'
import { settingsQuery } from '../queries.ts'
import { workspacesQuery } from './queries.ts'

export function WorkspacesPage() {
  const { t } = useTranslation('workspaces')
  const navigate = useNavigate()
  const { data: workspaces } = useQuery(workspacesQuery)
  const { data: settings } = useQuery(settingsQuery)
  if (!workspaces || !settings) return <Skeleton h={360} radius="lg" />
  const add = (
    <Button
      leftSection={<IconPlus size={18} aria-hidden />}
      onClick={() => navigate({ page: 'workspace', workspaceId: null })}
    >
      {t('add')}
    </Button>
  )
  const accounts = workspaces.filter(
    (workspace): workspace is AwsWorkspace => workspace.kind === 'aws',
  )
  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={accounts.length > 0 && add}
      />
      <Stack gap="md">
        <Card
          icon={<IconDeviceLaptop size={28} stroke={1.5} aria-hidden />}
          name={t('local')}
          text={t('localText')}
          action={<Use id={localWorkspaceId} name={t('local')} selectedId={settings.workspaceId} />}
        />
        {accounts.map((workspace) => (
          <Card
            key={workspace.id}
            icon={<IconCloud size={28} stroke={1.5} aria-hidden />}
            name={workspace.name}
            text={t('facts', {
              region: workspace.region,
              source: t(`source.${workspace.credentials.kind}`, {
                name: workspace.credentials.kind === 'profile' ? workspace.credentials.profile : '',
              }),
            })}
            action={
              <>
                <Button
                  variant="default"
                  aria-label={t('openLabel', { name: workspace.name })}
                  onClick={() => navigate({ page: 'workspace', workspaceId: workspace.id })}
                >
                  {t('open')}
                </Button>
                <Use id={workspace.id} name={workspace.name} selectedId={settings.workspaceId} />
              </>
            }
          />
        ))}
        {accounts.length === 0 && (
          <EmptyState
            icon={<IconCloud size={44} stroke={1.2} aria-hidden />}
            title={t('emptyTitle')}
            text={t('emptyText')}
            actions={add}
          />
        )}
      </Stack>
    </>
  )
}

interface CardProps {
  readonly icon: ReactNode
  readonly name: string
  readonly text: string
  readonly action: ReactNode
}

function Card({ icon, name, text, action }: CardProps) {
  return (
    <Paper withBorder radius="lg" p="md">
      <Group justify="space-between">
        <Group gap="md" wrap="nowrap" flex="1 1 16rem">
          {icon}
          <div>
            <Title order={2} size="h3">
              {name}
            </Title>
            <Text c="dimmed" size="sm">
              {text}
            </Text>
          </div>
        </Group>
        <Group gap="sm">{action}</Group>
      </Group>
    </Paper>
  )
}

interface UseProps {
  readonly id: Workspace['id']
  readonly name: string
  readonly selectedId: string
}

function Use({ id, name, selectedId }: UseProps) {
  const { t } = useTranslation('workspaces')
  const select = useMutation({
    mutationFn: () => invoke('workspace.select', { id }),
    onError: showError,
  })
  if (id === selectedId) return <Tag tone="good">{t('selected')}</Tag>
  return (
    <Button
      variant="light"
      aria-label={t('useLabel', { name })}
      loading={select.isPending}
      onClick={() => select.mutate()}
    >
      {t('use')}
    </Button>
  )
}
