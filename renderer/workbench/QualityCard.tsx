import { Group, Paper, Progress, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Quality } from '../../shared/workbench/profile.ts'
import { formatCount, formatPercent } from '../format.ts'

/** The score, and every part that it is made of with its figure. */
export function QualityCard({ quality }: { quality: Quality }) {
  const { t, i18n } = useTranslation('workbench')
  return (
    <Paper withBorder radius="lg" p="md" component="section" aria-label={t('quality.title')}>
      <Group justify="space-between" align="baseline" mb="sm">
        <Title order={3}>{t('quality.title')}</Title>
        <Text fw={700} fz={28} lh={1}>
          {quality.score}
          <Text span size="sm" c="dimmed" fw={400}>
            {t('quality.of')}
          </Text>
        </Text>
      </Group>
      <Stack gap={10}>
        {quality.parts.map(({ name, score, value, weight }) => (
          <div key={name}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm">
                {t(`quality.${name}`, {
                  share: formatPercent(value),
                  count: value,
                  shown: formatCount(value, i18n.language),
                })}
              </Text>
              <Text
                size="sm"
                c="dimmed"
                style={{ flexShrink: 0 }}
                title={t('quality.weight', { weight })}
              >
                {score}
              </Text>
            </Group>
            <Progress value={score} size={5} aria-label={t(`quality.name.${name}`)} />
          </div>
        ))}
      </Stack>
    </Paper>
  )
}
