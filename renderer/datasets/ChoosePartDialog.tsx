import { Button, Group, Modal, Select, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImportChoice } from '../../shared/dataset.ts'
import type { ImportFile } from '../../shared/imports.ts'

interface ChoosePartDialogProps {
  readonly name: string
  readonly file: ImportFile
  readonly onChoose: (choice: ImportChoice) => void
  readonly onClose: () => void
}

/** A workbook has several sheets, or a zip several files. */
export function ChoosePartDialog({ name, file, onChoose, onClose }: ChoosePartDialogProps) {
  const { t } = useTranslation()
  const kind = file.entries.length > 1 ? 'entry' : 'sheet'
  const parts = kind === 'entry' ? file.entries : file.sheets
  const [part, setPart] = useState(parts[0] ?? null)
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('intake:chooseTitle', { name })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <Select
          label={t(`intake:${kind}`)}
          data={parts}
          value={part}
          onChange={setPart}
          allowDeselect={false}
          searchable
        />
        <Group justify="flex-end">
          <Button disabled={part === null} onClick={() => onChoose({ [kind]: part ?? '' })}>
            {t('intake:chooseImport')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
