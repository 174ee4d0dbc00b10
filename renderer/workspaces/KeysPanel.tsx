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
  const [isInvalid, setInvalid] = useState(false)
  // What is typed stays in its fields: state, and a mutation's closure, would outlive the form.
  const set = useMutation({
    mutationFn: (form: HTMLFormElement) => {
      const typed = new FormData(form)
      const sessionToken = typed.get('sessionToken')
      const keys = accessKeysSchema.safeParse({
        accessKeyId: typed.get('accessKeyId'),
        secretAccessKey: typed.get('secretAccessKey'),
        sessionToken: sessionToken === '' ? null : sessionToken,
      })
      setInvalid(!keys.success)
      form.reset()
      return keys.success ? invoke('workspace.setKeys', { id, keys: keys.data }) : keysState()
    },
    onSuccess: (changed: KeysState) => client.setQueryData(query.queryKey, changed),
    onError: showError,
    gcTime: 0,
  })
  const keysState = () => invoke('workspace.describeKeys', { id })
  const remove = useMutation({
    mutationFn: () => invoke('workspace.removeKeys', { id }),
    onSuccess: (changed: KeysState) => client.setQueryData(query.queryKey, changed),
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
              set.mutate(event.currentTarget)
            }}
          >
            <Stack gap="sm">
              {!state.canKeep && <Text c="dimmed">{t('keys.noKeyStore')}</Text>}
              <TextInput
                label={t('keys.accessKeyId')}
                autoComplete="off"
                spellCheck={false}
                name="accessKeyId"
                error={isInvalid && t('keys.invalid')}
              />
              <PasswordInput
                label={t('keys.secret')}
                autoComplete="off"
                name="secretAccessKey"
                visibilityToggleButtonProps={{ 'aria-label': t('keys.show') }}
              />
              <PasswordInput
                label={t('keys.token')}
                autoComplete="off"
                name="sessionToken"
                visibilityToggleButtonProps={{ 'aria-label': t('keys.show') }}
              />
              <Group>
                <Button type="submit" loading={set.isPending}>
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
