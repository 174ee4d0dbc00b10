import { ActionIcon, Drawer, Group, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconDownload, IconSearch, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { invoke } from '../api.ts'
import { ConfirmRemoval } from '../components/ConfirmRemoval.tsx'
import { showError } from '../components/showError.tsx'
import { showSaved } from '../components/showSaved.ts'
import { formatDate } from '../format.ts'
import { conversationsQuery } from '../shipQueries.ts'
import type { Conversation } from './useConversation.ts'

interface HistoryDrawerProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly conversation: Conversation
}

export function HistoryDrawer({ opened, onClose, conversation }: HistoryDrawerProps) {
  const { t } = useTranslation('ship')
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      title={t('history.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {opened && <History conversation={conversation} onClose={onClose} />}
    </Drawer>
  )
}

function History({ conversation, onClose }: Omit<HistoryDrawerProps, 'opened'>) {
  const { t, i18n } = useTranslation('ship')
  const client = useQueryClient()
  const [search, setSearch] = useState('')
  const [doomed, setDoomed] = useState<{ readonly id: string; readonly title: string } | null>(null)
  const { data = [] } = useQuery({ ...conversationsQuery(search), staleTime: 0 })
  const save = useMutation({
    mutationFn: (id: string) => invoke('playground.save', { id }),
    onSuccess: showSaved,
    onError: showError,
  })
  const remove = useMutation({
    mutationFn: (id: string) => invoke('playground.delete', { id }),
    onSuccess: (_nothing, id) => {
      setDoomed(null)
      void client.invalidateQueries({ queryKey: ['conversations'] })
      if (id === conversation.id) conversation.begin()
    },
    onError: showError,
  })
  return (
    <Stack gap="sm">
      <TextInput
        label={t('history.search')}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {data.length === 0 && (
        <Text c="dimmed">{t(search === '' ? 'history.none' : 'history.empty')}</Text>
      )}
      {data.map(({ id, title, turnCount, askedAtMs }) => (
        <Group key={id} gap="xs" wrap="nowrap">
          <UnstyledButton
            flex={1}
            onClick={() => {
              conversation.open(id)
              onClose()
            }}
          >
            <Text size="sm" fw={500} lineClamp={2}>
              {title}
            </Text>
            <Text size="xs" c="dimmed">
              {t('history.facts', { count: turnCount, date: formatDate(askedAtMs, i18n.language) })}
            </Text>
          </UnstyledButton>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('history.save', { title })}
            onClick={() => save.mutate(id)}
          >
            <IconDownload size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('history.delete', { title })}
            onClick={() => setDoomed({ id, title })}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {doomed && (
        <ConfirmRemoval
          title={t('history.deleteTitle')}
          text={t('history.deleteText', { title: doomed.title })}
          keep={t('cancel')}
          remove={t('history.deleteIt')}
          close={t('close')}
          isPending={remove.isPending}
          onClose={() => setDoomed(null)}
          onRemove={() => remove.mutate(doomed.id)}
        />
      )}
    </Stack>
  )
}
