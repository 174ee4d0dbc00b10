import { Button, Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconQuestionMark } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { SetupCheck } from '../../shared/setup.ts'
import { canSignIn } from '../../shared/signIn.ts'
import type { AwsWorkspace } from '../../shared/workspace.ts'
import { ErrorDataNotice, ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatDate } from '../format.ts'
import { CreateBucket, CreateRole, RoleChoice } from './SetupActions.tsx'
import { PolicyPanel } from './PolicyPanel.tsx'
import { SignIn } from './SignIn.tsx'
import { setupQuery } from './queries.ts'

/** The check list from nothing to ready, each gap with what closes it. */
export function SetupPanel({ workspace }: { workspace: AwsWorkspace }) {
  const { t, i18n } = useTranslation('workspaces')
  const { data: report, error, isFetching, refetch } = useQuery(setupQuery(workspace.id))
  const recheck = () => void refetch()
  const done = report?.checks.filter(({ state }) => state === 'ok').length ?? 0
  const isMissing = report?.checks.some(({ state }) => state === 'missing') ?? false
  const unknown = (report?.checks.length ?? 0) - done
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{t('setup.title')}</Title>
        <Button loading={isFetching} variant={report ? 'default' : 'filled'} onClick={recheck}>
          {t(report ? 'setup.again' : 'setup.check')}
        </Button>
      </Group>
      {error && <ErrorNotice error={error} />}
      {!report && !error && <Text c="dimmed">{t('setup.intro')}</Text>}
      {report && (
        <Stack gap="md">
          <Paper withBorder radius="lg" p="md">
            <Stack gap="md">
              <Group justify="space-between">
                <Text fw={600} role="status">
                  {isMissing
                    ? t('setup.notReady', { count: done, total: report.checks.length })
                    : unknown === 0
                      ? t('setup.ready')
                      : t('setup.readyButUnknown', { count: unknown })}
                </Text>
                <Text size="sm" c="dimmed">
                  {t('setup.checkedAt', { time: formatDate(report.checkedAtMs, i18n.language) })}
                </Text>
              </Group>
              {report.checks.map((check) => (
                <CheckRow
                  key={check.name}
                  check={check}
                  workspace={workspace}
                  bucket={report.bucket ?? ''}
                  onChanged={recheck}
                />
              ))}
            </Stack>
          </Paper>
          {report.policies.length > 0 && <PolicyPanel policies={report.policies} />}
        </Stack>
      )}
    </section>
  )
}

interface CheckRowProps {
  readonly check: SetupCheck
  readonly workspace: AwsWorkspace
  readonly bucket: string
  readonly onChanged: () => void
}

function CheckRow({ check, workspace, bucket, onChanged }: CheckRowProps) {
  const { t } = useTranslation('workspaces')
  const { name, state, subject, missingActions, error } = check
  const isOpen = state === 'missing'
  // Without a connection AWS was not even asked; the notice says so.
  const isTold = name !== 'identity' || error?.code === 'NetworkUnavailable'
  const says =
    isOpen && missingActions.length === 0 && error && isTold
      ? null
      : t(`setup.${state}.${name}`, { subject, actions: missingActions.join(', ') })
  return (
    <Group align="flex-start" wrap="nowrap" gap="sm" data-check={name} data-state={state}>
      <StateIcon state={state} />
      <Stack gap={4} flex={1} miw={0}>
        <Text fw={500}>{t(`setup.names.${name}`)}</Text>
        {says !== null && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {says}
          </Text>
        )}
        {isOpen && error && <ErrorDataNotice error={error} />}
        {isOpen && name === 'identity' && canSignIn(workspace.credentials, error) && (
          <SignIn workspaceId={workspace.id} label={t('signIn.button')} onSignedIn={onChanged} />
        )}
        {isOpen && name === 'role' && (
          <Group gap="sm" align="flex-end">
            <RoleChoice workspace={workspace} onChanged={onChanged} />
            <CreateRole workspace={workspace} onChanged={onChanged} />
          </Group>
        )}
        {isOpen && name === 'bucket' && error === null && (
          <CreateBucket workspace={workspace} bucket={bucket} onChanged={onChanged} />
        )}
      </Stack>
    </Group>
  )
}

function StateIcon({ state }: { state: SetupCheck['state'] }) {
  const { t } = useTranslation('workspaces')
  const look = {
    ok: { color: 'accent', icon: <IconCheck size={14} aria-hidden /> },
    missing: { color: 'orange', icon: <IconAlertTriangle size={14} aria-hidden /> },
    unknown: { color: 'gray', icon: <IconQuestionMark size={14} aria-hidden /> },
  }[state]
  return (
    <ThemeIcon
      size={24}
      radius="xl"
      variant="light"
      color={look.color}
      role="img"
      aria-label={t(`setup.state.${state}`)}
    >
      {look.icon}
    </ThemeIcon>
  )
}
