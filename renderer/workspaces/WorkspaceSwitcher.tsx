import { Button, Menu, Stack, Text, Title } from '@mantine/core'
import { IconCheck, IconCloud, IconDeviceLaptop, IconSelector } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../shared/workspace.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { useNavigate } from '../navigation.tsx'
import { settingsQuery } from '../queries.ts'
import { workspacesQuery } from './queries.ts'

/** Where the next training goes; shown once there is more than this computer. */
export function WorkspaceSwitcher() {
  const { t } = useTranslation('workspaces')
  const navigate = useNavigate()
  const { data: workspaces } = useQuery(workspacesQuery)
  const { data: settings } = useQuery(settingsQuery)
  const select = useMutation({
    mutationFn: (id: string) => invoke('workspace.select', { id }),
    onError: showError,
  })
  if (!workspaces || workspaces.length < 2) return null
  const current = workspaces.find(({ id }) => id === settings?.workspaceId) ?? workspaces[0]
  const nameOf = (workspace: Workspace) =>
    workspace.kind === 'local' ? t('local') : workspace.name
  return (
    <Stack gap={6} p={4} pb="md">
      <Title order={2} size="sm">
        {t('switcher')}
      </Title>
      <Menu width={240} position="top-start">
        <Menu.Target>
          <Button
            variant="default"
            size="sm"
            fullWidth
            justify="space-between"
            leftSection={<Icon kind={current?.kind ?? 'local'} />}
            rightSection={<IconSelector size={16} aria-hidden />}
          >
            <Text size="sm" truncate>
              {current && nameOf(current)}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {workspaces.map((workspace) => (
            <Menu.Item
              key={workspace.id}
              leftSection={<Icon kind={workspace.kind} />}
              rightSection={
                workspace.id === current?.id && (
                  <IconCheck size={16} aria-label={t('selected')} role="img" />
                )
              }
              onClick={() => select.mutate(workspace.id)}
            >
              {nameOf(workspace)}
              {workspace.kind === 'aws' && (
                <Text size="xs" c="dimmed">
                  {workspace.region}
                </Text>
              )}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => navigate({ page: 'workspaces' })}>{t('manage')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Stack>
  )
}

function Icon({ kind }: { kind: Workspace['kind'] }) {
  return kind === 'local' ? (
    <IconDeviceLaptop size={16} aria-hidden />
  ) : (
    <IconCloud size={16} aria-hidden />
  )
}
