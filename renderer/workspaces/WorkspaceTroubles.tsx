import { Alert, Group, Stack, Text } from '@mantine/core'
import { IconCloudOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { canSignIn } from '../../shared/signIn.ts'
import { SignIn } from './SignIn.tsx'
import { troublesQuery, workspacesQuery } from './queries.ts'

/** Above every page while a workspace with running trainings can't be followed. */
export function WorkspaceTroubles() {
  const { t } = useTranslation('workspaces')
  const { data: troubles = [] } = useQuery(troublesQuery)
  const { data: workspaces = [] } = useQuery(workspacesQuery)
  const shown = troubles.flatMap(({ workspaceId, error }) => {
    const workspace = workspaces.find(({ id }) => id === workspaceId)
    return workspace?.kind === 'aws' && error ? [{ workspace, error }] : []
  })
  if (shown.length === 0) return null
  return (
    <Stack gap="sm" mb="md">
      {shown.map(({ workspace, error }) => {
        const isExpired = canSignIn(workspace.credentials, error)
        return (
          <Alert
            key={workspace.id}
            color={isExpired ? 'orange' : 'gray'}
            variant="light"
            icon={<IconCloudOff aria-hidden />}
            role="status"
          >
            <Group justify="space-between">
              <div>
                <Text size="sm">
                  {t(isExpired ? 'trouble.expired' : 'trouble.other', { name: workspace.name })}
                </Text>
                {!isExpired && (
                  <Text size="sm" c="dimmed">
                    {t(`errors:${error.code}`, { ...error.details })}
                  </Text>
                )}
              </div>
              {isExpired && <SignIn workspaceId={workspace.id} label={t('signIn.again')} />}
            </Group>
          </Alert>
        )
      })}
    </Stack>
  )
}
