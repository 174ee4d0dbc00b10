import { Button, Code, Drawer, Skeleton, Stack, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { MarkdownText } from '../components/MarkdownText.tsx'
import { showError } from '../components/showError.tsx'
import { showSaved } from '../components/showSaved.ts'

interface NotebookDrawerProps {
  readonly candidateId: string
  readonly onClose: () => void
}

/** The notebook that does again what was done for a candidate: to read, and to save. */
export function NotebookDrawer({ candidateId, onClose }: NotebookDrawerProps) {
  const { t } = useTranslation('ship')
  const { data, error } = useQuery({
    queryKey: ['notebook', candidateId],
    queryFn: () => invoke('notebook.view', { candidateId }),
  })
  const save = useMutation({
    mutationFn: () => invoke('notebook.save', { candidateId }),
    onSuccess: showSaved,
    onError: showError,
  })
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={t('notebook.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t('notebook.text')}
        </Text>
        <div>
          <Button
            leftSection={<IconDownload size={18} aria-hidden />}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            {t('notebook.save')}
          </Button>
        </div>
        {error && <ErrorNotice error={error} />}
        {!data && !error && <Skeleton h={320} />}
        {data?.map(({ kind, text }, index) =>
          kind === 'code' ? (
            <Code key={index} block tabIndex={0} style={{ overflow: 'auto' }}>
              {text}
            </Code>
          ) : (
            <MarkdownText key={index} text={text} />
          ),
        )}
      </Stack>
    </Drawer>
  )
}
