import { Alert, Button, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { IconPackageImport, IconSignature } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BundleSummary } from '../../shared/bundle.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { formatCount, formatDate, formatMeasure } from '../format.ts'
import { useNavigate } from '../navigation.tsx'

/** A colleague's bundle: looked at first, taken over when asked to. */
export function OpenBundleButton() {
  const { t } = useTranslation('ship')
  const [summary, setSummary] = useState<BundleSummary | null>(null)
  const choose = useMutation({
    mutationFn: () => invoke('bundle.choose'),
    onSuccess: setSummary,
    onError: showError,
  })
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPackageImport size={18} aria-hidden />}
        loading={choose.isPending}
        onClick={() => choose.mutate()}
      >
        {t('bundle.open')}
      </Button>
      {summary && <BundleDialog summary={summary} onClose={() => setSummary(null)} />}
    </>
  )
}

function BundleDialog({ summary, onClose }: { summary: BundleSummary; onClose: () => void }) {
  const { t, i18n } = useTranslation('ship')
  const client = useQueryClient()
  const navigate = useNavigate()
  const takeOver = useMutation({
    mutationFn: () => invoke('bundle.takeOver', { path: summary.path }),
    onSuccess: (model) => {
      void client.invalidateQueries({ queryKey: ['models'] })
      void client.invalidateQueries({ queryKey: ['datasets'] })
      onClose()
      navigate({ page: 'model', modelId: model.id })
    },
  })
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('bundle.title', { name: summary.modelName, number: summary.versionNumber })}
      centered
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text c="dimmed" size="sm">
          {t('bundle.facts', {
            dataset: summary.datasetName,
            rows: formatCount(summary.rowCount, i18n.language),
            date: formatDate(summary.createdAtMs, i18n.language),
          })}
        </Text>
        <Alert variant="light" icon={<IconSignature aria-hidden />}>
          {t(summary.isOwn ? 'bundle.own' : 'bundle.signed', { fingerprint: summary.fingerprint })}
        </Alert>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('bundle.model')}</Table.Th>
              <Table.Th>{t('bundle.loss')}</Table.Th>
              <Table.Th>{t('bundle.weights')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {summary.candidates.map((candidate) => (
              <Table.Tr key={candidate.id}>
                <Table.Td>{candidate.baseModelName}</Table.Td>
                <Table.Td>{formatMeasure(candidate.validationLoss)}</Table.Td>
                <Table.Td>{t(candidate.hasWeights ? 'bundle.with' : 'bundle.without')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {takeOver.error && <ErrorNotice error={takeOver.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('close')}
          </Button>
          <Button loading={takeOver.isPending} onClick={() => takeOver.mutate()}>
            {t('bundle.takeOver')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
