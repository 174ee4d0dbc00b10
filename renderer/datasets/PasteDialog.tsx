import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

interface PasteDialogProps {
  readonly onImport: (text: string) => void
  readonly onClose: () => void
}

export function PasteDialog({ onImport, onClose }: PasteDialogProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('intake:pasteTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t('intake:pasteHint')}
        </Text>
        <Textarea
          data-autofocus
          aria-label={t('intake:pasteLabel')}
          rows={8}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          spellCheck={false}
        />
        <Group justify="flex-end">
          <Button disabled={text.trim() === ''} onClick={() => onImport(text)}>
            {t('intake:pasteImport')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
