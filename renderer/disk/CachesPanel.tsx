import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '../format.ts'
import type { PanelProps } from './panelProps.ts'

export function CachesPanel({ ledger, onChange, pending }: PanelProps) {
  const { t } = useTranslation()
  return (
    <section>
      <Title order={2}>{t('disk:share.caches')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('disk:cachesHint')}
      </Text>
      <Paper withBorder radius="lg" p="md">
        <Stack gap="sm">
          {ledger.caches.map(({ cache, sizeBytes }) => (
            <Group key={cache} justify="space-between" wrap="nowrap">
              <div>
                <Text>{t(`disk:cache.${cache}`)}</Text>
                <Text size="sm" c="dimmed">
                  {t(`disk:cacheHint.${cache}`)}
                </Text>
              </div>
              <Group gap="md" wrap="nowrap">
                <Text style={{ whiteSpace: 'nowrap' }}>{formatBytes(sizeBytes)}</Text>
                <Button
                  size="compact-sm"
                  variant="default"
                  disabled={sizeBytes === 0 || pending !== null}
                  loading={pending?.type === 'clear' && pending.cache === cache}
                  onClick={() => onChange({ type: 'clear', cache })}
                  aria-label={t('disk:clearLabel', { name: t(`disk:cache.${cache}`) })}
                >
                  {t('disk:clear')}
                </Button>
              </Group>
            </Group>
          ))}
        </Stack>
      </Paper>
    </section>
  )
}
