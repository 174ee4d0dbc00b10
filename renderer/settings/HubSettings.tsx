import { Button, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  defaultHubUrl,
  hubTokenSchema,
  hubUrlSchema,
  type HubTokenState,
} from '../../shared/hubModel.ts'
import type { Settings } from '../../shared/settings.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { hubTokenQuery } from '../queries.ts'

interface HubSettingsProps {
  readonly settings: Settings
  readonly onChange: (change: Pick<Settings, 'hubUrl'>) => void
}

/** Where models are downloaded from, and in whose name. */
export function HubSettings({ settings, onChange }: HubSettingsProps) {
  const { t } = useTranslation()
  return (
    <section>
      <Title order={2} mb="sm">
        {t('settings.hub')}
      </Title>
      <Stack>
        <HubAddress key={settings.hubUrl} hubUrl={settings.hubUrl} onChange={onChange} />
        <HubToken hubUrl={settings.hubUrl} />
      </Stack>
    </section>
  )
}

function HubAddress({ hubUrl, onChange }: { hubUrl: string } & Pick<HubSettingsProps, 'onChange'>) {
  const { t } = useTranslation()
  const [text, setText] = useState(hubUrl)
  const [isRefused, setRefused] = useState(false)
  const save = () => {
    const parsed = hubUrlSchema.safeParse(text.trim() === '' ? defaultHubUrl : text)
    setRefused(!parsed.success)
    if (!parsed.success) return
    setText(parsed.data)
    if (parsed.data !== hubUrl) onChange({ hubUrl: parsed.data })
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <TextInput
        label={t('settings.hubUrl')}
        description={t('settings.hubUrlHint')}
        placeholder={defaultHubUrl}
        value={text}
        error={isRefused && t('settings.hubUrlRefused')}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={save}
      />
    </form>
  )
}

function HubToken({ hubUrl }: { hubUrl: string }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [token, setToken] = useState('')
  const query = hubTokenQuery(hubUrl)
  const { data: state } = useQuery(query)
  const onSuccess = (changed: HubTokenState) => {
    setToken('')
    client.setQueryData(query.queryKey, changed)
  }
  const set = useMutation({
    mutationFn: () => invoke('hubToken.set', { token }),
    onSuccess,
    onError: showError,
  })
  const remove = useMutation({
    mutationFn: () => invoke('hubToken.remove'),
    onSuccess,
    onError: showError,
  })
  if (!state) return null
  const { host } = new URL(hubUrl)
  if (state.state !== 'none')
    return (
      <Group justify="space-between">
        <Text size="sm" flex="1 1 16rem">
          {t(state.state === 'kept' ? 'settings.tokenKept' : 'settings.tokenSession', { host })}
        </Text>
        <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('settings.tokenRemove')}
        </Button>
      </Group>
    )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (hubTokenSchema.safeParse(token).success) set.mutate()
      }}
    >
      <Group align="flex-end" gap="sm">
        <PasswordInput
          flex="1 1 16rem"
          label={t('settings.token')}
          description={[
            t('settings.tokenHint', { host }),
            state.canKeep ? '' : t('settings.tokenNoKeyStore'),
          ]
            .filter((part) => part !== '')
            .join(' ')}
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('settings.tokenShow') }}
        />
        <Button
          type="submit"
          variant="default"
          loading={set.isPending}
          disabled={!hubTokenSchema.safeParse(token).success}
        >
          {t('settings.tokenSet')}
        </Button>
      </Group>
    </form>
  )
}
