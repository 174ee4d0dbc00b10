import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { binDays, type BinEntry } from '../../shared/diskLedger.ts'
import { formatBytes, formatDate } from '../format.ts'
import { isPendingFor, type PanelProps } from './panelProps.ts'

export function BinPanel({ ledger, onChange, pending }: PanelProps) {
  const { t } = useTranslation()
  return (
    <section aria-labelledby="bin-title">
      <Group justify="space-between" mb="sm">
        <div>
          <Title order={2} id="bin-title">
            {t('disk:share.bin')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('disk:binHint', { count: binDays })}
          </Text>
        </div>
        {ledger.bin.length > 1 && (
          <Button
            variant="default"
            size="sm"
            disabled={pending !== null}
            onClick={() => onChange({ type: 'emptyBin' })}
          >
            {t('disk:empty')}
          </Button>
        )}
      </Group>
      <Paper withBorder radius="lg" p="md">
        {ledger.bin.length === 0 ? (
          <Text c="dimmed">{t('disk:binEmpty')}</Text>
        ) : (
          <Stack gap="sm">
            {ledger.bin.map((entry) => (
              <Entry
                key={`${entry.kind}/${entry.id}`}
                entry={entry}
                onChange={onChange}
                pending={pending}
              />
            ))}
          </Stack>
        )}
      </Paper>
    </section>
  )
}

function Entry({
  entry,
  onChange,
  pending,
}: Pick<PanelProps, 'onChange' | 'pending'> & { readonly entry: BinEntry }) {
  const { t, i18n } = useTranslation()
  const item = { kind: entry.kind, id: entry.id }
  const name = [entry.name, entry.detail].filter((part) => part !== null).join(' · ')
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text>{t('disk:binEntry', { kind: t(`disk:kind.${entry.kind}`), name })}</Text>
        <Text size="sm" c="dimmed">
          {t('disk:binFacts', {
            size: formatBytes(entry.freesBytes),
            date: formatDate(entry.eraseAtMs, i18n.language),
          })}
        </Text>
      </div>
      <Group gap="xs" wrap="nowrap">
        <Button
          size="compact-sm"
          disabled={pending !== null}
          loading={pending?.type === 'restore' && isPendingFor(pending, item)}
          onClick={() => onChange({ type: 'restore', item })}
          aria-label={t('disk:restoreLabel', { name })}
        >
          {t('disk:restore')}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          disabled={pending !== null}
          onClick={() => onChange({ type: 'erase', item })}
          aria-label={t('disk:eraseLabel', { name })}
        >
          {t('disk:erase')}
        </Button>
      </Group>
    </Group>
  )
}
