import { Button, Code, Group, Loader, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { signInQuery } from './queries.ts'
import { showMessage } from '../components/showMessage.ts'

interface SignInProps {
  readonly workspaceId: string
  readonly label: string
  readonly onSignedIn?: () => void
}

/** The button, and while it goes on what the person has to do. */
export function SignIn({ workspaceId: id, label, onSignedIn }: SignInProps) {
  const { t } = useTranslation('workspaces')
  const { data: state } = useQuery(signInQuery(id))
  const start = useMutation({
    mutationFn: (flow: 'browser' | 'code') => invoke('signIn.start', { id, flow }),
    onSuccess() {
      showMessage({ message: t('signIn.done') })
      onSignedIn?.()
    },
    onError: showError,
  })
  const cancel = useMutation({
    mutationFn: () => invoke('signIn.cancel', { id }),
    onError: showError,
  })
  if (state)
    return (
      <Group gap="sm" role="status">
        <Loader size="xs" aria-hidden />
        <Text size="sm">{t(`signIn.${state.step}`)}</Text>
        {state.userCode !== null && <Code fz="md">{state.userCode}</Code>}
        <Button variant="default" size="compact-sm" onClick={() => cancel.mutate()}>
          {t('signIn.cancel')}
        </Button>
      </Group>
    )
  return (
    <Group gap="xs">
      <Button loading={start.isPending} onClick={() => start.mutate('browser')}>
        {label}
      </Button>
      <Button variant="subtle" disabled={start.isPending} onClick={() => start.mutate('code')}>
        {t('signIn.withCode')}
      </Button>
    </Group>
  )
}
