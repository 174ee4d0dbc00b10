import { Button, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { showMessage } from '../components/showMessage.ts'
import { datasetsQuery } from '../queries.ts'

interface TeachDialogProps {
  readonly question: string
  readonly answer: string
  readonly onClose: () => void
}

/** A good answer, made better where it has to be, becomes a row of a dataset. */
export function TeachDialog({ question, answer, onClose }: TeachDialogProps) {
  const { t } = useTranslation('ship')
  const { data: datasets = [] } = useQuery(datasetsQuery)
  const [datasetId, setDatasetId] = useState<string | null>(null)
  const [text, setText] = useState(answer)
  const chosen = datasetId ?? datasets[0]?.id ?? null
  const teach = useMutation({
    mutationFn: (id: string) =>
      invoke('playground.teach', { datasetId: id, question, answer: text }),
    onSuccess: (dataset) => {
      onClose()
      showMessage({
        message: t('teach.done', { name: dataset.name, rows: dataset.scan.rowCount }),
      })
    },
    onError: showError,
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('teach.title')}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text c="dimmed" size="sm">
          {t('teach.text')}
        </Text>
        <Textarea label={t('teach.question')} value={question} readOnly autosize maxRows={4} />
        <Textarea
          label={t('teach.answer')}
          value={text}
          autosize
          minRows={3}
          maxRows={10}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Select
          label={t('teach.dataset')}
          data={datasets.map(({ id, name }) => ({ value: id, label: name }))}
          value={chosen}
          onChange={setDatasetId}
          allowDeselect={false}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            disabled={chosen === null || text.trim() === ''}
            loading={teach.isPending}
            onClick={() => chosen !== null && teach.mutate(chosen)}
          >
            {t('teach.add')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
