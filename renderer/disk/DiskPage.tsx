import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DiskLedger } from '../../shared/diskLedger.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { formatBytes } from '../format.ts'
import { useNavigate } from '../navigation.tsx'
import { BinPanel } from './BinPanel.tsx'
import { CachesPanel } from './CachesPanel.tsx'
import { type DiskChange, ledgerQuery, useDiskChange } from './diskQueries.ts'
import { ItemsPanel } from './ItemsPanel.tsx'
import { SpaceBar } from './SpaceBar.tsx'
import { showMessage } from '../components/showMessage.ts'

export function DiskPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { data, error } = useQuery(ledgerQuery)
  return (
    <>
      <PageHeader
        title={t('disk:title')}
        subtitle={
          data && (
            <span className="invisible">
              {t('disk:subtitle', {
                total: formatBytes(data.totalBytes),
                directory: data.directory,
                free: formatBytes(data.freeBytes),
              })}
            </span>
          )
        }
        back={{ label: t('settings.title'), onClick: () => navigate({ page: 'settings' }) }}
      />
      {error && <ErrorNotice error={error} />}
      {!data && !error && <Skeleton h={420} radius="lg" />}
      {data && <Ledger ledger={data} />}
    </>
  )
}

/** What can't be taken back is asked about first. */
type Question = Extract<DiskChange, { type: 'erase' | 'emptyBin' }>

function Ledger({ ledger }: { ledger: DiskLedger }) {
  const { t } = useTranslation()
  const [question, setQuestion] = useState<Question | null>(null)
  const { mutate, isPending, variables } = useDiskChange((change) => {
    setQuestion(null)
    if (change.type !== 'delete') return
    showMessage({ message: t('disk:deleted') })
  })
  const change = (wanted: DiskChange) => {
    if (wanted.type === 'erase' || wanted.type === 'emptyBin') setQuestion(wanted)
    else mutate(wanted)
  }
  const panel = { ledger, onChange: change, pending: isPending ? variables : null }
  return (
    <Stack gap="xl">
      <SpaceBar ledger={ledger} />
      {!ledger.isComplete && (
        <Text size="sm" c="dimmed" role="status">
          {t('disk:engineOff')}
        </Text>
      )}
      <ItemsPanel {...panel} />
      <CachesPanel {...panel} />
      <BinPanel {...panel} />
      <Modal
        opened={question !== null}
        onClose={() => setQuestion(null)}
        title={t(question?.type === 'emptyBin' ? 'disk:emptyTitle' : 'disk:eraseTitle')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        <Text mb="lg">{t('disk:eraseText')}</Text>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => setQuestion(null)}>
            {t('disk:keep')}
          </Button>
          <Button color="red.8" loading={isPending} onClick={() => question && mutate(question)}>
            {t('disk:eraseNow')}
          </Button>
        </Group>
      </Modal>
    </Stack>
  )
}
