import { Box, Group, Progress, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '../format.ts'
import { seriesColours } from '../theme.ts'
import type { PanelProps } from './panelProps.ts'
import { spaceShares } from './spaceShares.ts'

/** The folder as one bar: what takes how much of it. The list below says the same in words and numbers. */
export function SpaceBar({ ledger }: Pick<PanelProps, 'ledger'>) {
  const { t } = useTranslation()
  const shares = spaceShares(ledger)
  const whole = Math.max(1, ledger.totalBytes)
  return (
    <Box>
      <Progress.Root size={14} radius="md" aria-hidden>
        {shares.map(({ name, bytes }, index) => (
          <Progress.Section
            key={name}
            value={(100 * bytes) / whole}
            color={seriesColours[index % seriesColours.length] ?? 'gray'}
          />
        ))}
      </Progress.Root>
      <Group component="ul" gap="lg" mt="sm" p={0} style={{ listStyle: 'none' }}>
        {shares.map(({ name, bytes }, index) => (
          <Group component="li" gap={6} key={name}>
            <Box
              w={10}
              h={10}
              bg={seriesColours[index % seriesColours.length] ?? 'gray'}
              style={{ borderRadius: 3 }}
              aria-hidden
            />
            <Text size="sm">{t(`disk:share.${name}`)}</Text>
            <Text size="sm" c="dimmed">
              {formatBytes(bytes)}
            </Text>
          </Group>
        ))}
      </Group>
    </Box>
  )
}
