import { Button, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { accessKeysSchema, type KeysState } from '../../shared/workspace.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { keysQuery } from './queries.ts'

/** Typed in once; from then on the page knows only that there are some. */
export function KeysPanel({ workspaceId: id }: { workspaceId: string }) {
  const { t } = useTranslation('workspaces')
  const client = useQueryClient()
  const query = keysQuery(id)
  const { data: state } = useQuery(query)
  const [typed, setTyped] = useState({ accessKeyId: '', secretAccessKey: '', sessionToken: '' })
  const keys = accessKeysSchema.safeParse({
    ...typed,
    sessionToken: typed.sessionToken.trim() === '' ? null : typed.sessionToken,
  })
  const onSuccess = (changed: KeysState) => {
    setTyped({ accessKeyId: '', secretAccessKey: '', sessionToken: '' })
    client.setQueryData(query.queryKey, changed)
  }
  const set = useMutation({
    // The values stay out of the mutation's own variables, which outlive the form.
    mutationFn: async () => {
      if (!keys.success) throw keys.error
      return invoke('workspace.setKeys', { id, keys: keys.data })
    },
    onSuccess,
    onError: showError,
  })
  const remove = useMutation({
    mutationFn: () => invoke('workspace.removeKeys', { id }),
    onSuccess,
    onError: showError,
  })
  if (!state) return null
  return (
    <section>
      <Title order={2} mb="sm">
        {t('keys.title')}
      </Title>
      <Paper withBorder radius="lg" p="md">
        {state.state !== 'none' ? (
          <Group justify="space-between">
            <Text flex="1 1 16rem">{t(state.state === 'kept' ? 'keys.kept' : 'keys.session')}</Text>
            <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t('keys.remove')}
            </Button>
          </Group>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              if (keys.success) set.mutate()
            }}
          >
            <Stack gap="sm">
              {!state.canKeep && <Text c="dimmed">{t('keys.noKeyStore')}</Text>}
              <TextInput
                label={t('keys.accessKeyId')}
                autoComplete="off"
                spellCheck={false}
                value={typed.accessKeyId}
                onChange={(event) => setTyped({ ...typed, accessKeyId: event.currentTarget.value })}
              />
              <PasswordInput
                label={t('keys.secret')}
                autoComplete="off"
                value={typed.secretAccessKey}
                onChange={(event) =>
                  setTyped({ ...typed, secretAccessKey: event.currentTarget.value })
                }
                visibilityToggleButtonProps={{ 'aria-label': t('keys.show') }}
              />
              <PasswordInput
                label={t('keys.token')}
                autoComplete="off"
                value={typed.sessionToken}
                onChange={(event) =>
                  setTyped({ ...typed, sessionToken: event.currentTarget.value })
                }
                visibilityToggleButtonProps={{ 'aria-label': t('keys.show') }}
              />
              <Group>
                <Button type="submit" loading={set.isPending} disabled={!keys.success}>
                  {t('keys.set')}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Paper>
    </section>
  )
}
