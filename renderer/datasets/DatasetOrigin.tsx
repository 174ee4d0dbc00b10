import { Button, Group, Modal, Space, Select, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { encodingLabels, type Dataset, type Lineage } from '../../shared/dataset.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { useNavigate } from '../navigation.tsx'

/** Where the data came from and how it was read; it can be read again in another way. */
export function DatasetOrigin({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation()
  const [isOpen, { open, close }] = useDisclosure(false)
  const { lineage } = dataset
  if (!lineage) return <Space h="md" />
  const parts = [
    t('intake:originText', {
      source: dataset.sourceName,
      format: t(`intake:format.${lineage.format}`),
      encoding: lineage.encoding.toUpperCase(),
    }),
    lineage.entry !== null &&
      lineage.entries.length > 0 &&
      t('intake:originEntry', { entry: lineage.entry }),
    lineage.sheet !== null && t('intake:originSheet', { sheet: lineage.sheet }),
  ].filter(Boolean)
  return (
    <Group gap="xs" mt="xs" mb="lg">
      <Text size="sm" c="dimmed">
        {parts.join(', ')}
      </Text>
      <Button variant="subtle" size="compact-sm" onClick={open}>
        {t('intake:readAgain')}
      </Button>
      {isOpen && <ReadAgainDialog dataset={dataset} lineage={lineage} onClose={close} />}
    </Group>
  )
}

const delimiters = {
  auto: '',
  comma: ',',
  semicolon: ';',
  tab: '\t',
  pipe: '|',
  colon: ':',
} as const
type DelimiterName = keyof typeof delimiters
const delimiterNames = Object.keys(delimiters) as DelimiterName[] // the record's own keys

interface ReadAgainDialogProps {
  readonly dataset: Dataset
  readonly lineage: Lineage
  readonly onClose: () => void
}

function ReadAgainDialog({ dataset, lineage, onClose }: ReadAgainDialogProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [encoding, setEncoding] = useState<string | null>(lineage.encoding)
  const [delimiter, setDelimiter] = useState<string | null>('auto')
  const [sheet, setSheet] = useState(lineage.sheet)
  const [entry, setEntry] = useState(lineage.entry)
  const isText = lineage.format === 'csv'
  const read = useMutation({
    mutationFn: () => {
      const told = delimiterNames.find((name) => name === delimiter && name !== 'auto')
      return invoke('dataset.readAgain', {
        id: dataset.id,
        choice: {
          ...(isText && encoding !== null && { encoding }),
          ...(isText && told && { delimiter: delimiters[told] }),
          ...(sheet !== null && { sheet }),
          ...(entry !== null && lineage.packing === 'zip' && { entry }),
        },
      })
    },
    onSuccess: ({ id }) => {
      onClose()
      navigate({ page: 'dataset', datasetId: id })
    },
    onError: showError,
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('intake:readAgainTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        {isText && (
          <>
            <Select
              label={t('intake:encoding')}
              data={encodingLabels.map((value) => ({ value, label: value.toUpperCase() }))}
              value={encoding}
              onChange={setEncoding}
              allowDeselect={false}
            />
            <Select
              label={t('intake:delimiter')}
              data={delimiterNames.map((value) => ({
                value,
                label: t(`intake:delimiterName.${value}`),
              }))}
              value={delimiter}
              onChange={setDelimiter}
              allowDeselect={false}
            />
          </>
        )}
        {lineage.sheets.length > 1 && (
          <Select
            label={t('intake:sheet')}
            data={lineage.sheets}
            value={sheet}
            onChange={setSheet}
            allowDeselect={false}
          />
        )}
        {lineage.entries.length > 1 && (
          <Select
            label={t('intake:entry')}
            data={lineage.entries}
            value={entry}
            onChange={setEntry}
            allowDeselect={false}
          />
        )}
        <Group justify="flex-end">
          <Button loading={read.isPending} onClick={() => read.mutate()}>
            {t('intake:readNow')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
