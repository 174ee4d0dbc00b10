import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { LeaderboardEntry } from '../../shared/leaderboard.ts'
import { Tag } from '../components/Tag.tsx'

interface ChoiceCellProps {
  readonly entry: LeaderboardEntry
  /** Chosen by the analyst, not only suggested. */
  readonly isOwn: boolean
  readonly onChoose: () => void
  readonly onReset: () => void
}

export function ChoiceCell({ entry, isOwn, onChoose, onReset }: ChoiceCellProps) {
  const { t } = useTranslation()
  if (isOwn) {
    return (
      <Group gap="xs">
        <Tag tone="good">{t('leaderboard.own')}</Tag>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onReset}>
          {t('leaderboard.reset')}
        </Button>
      </Group>
    )
  }
  if (entry.chosen) return <Tag tone="neutral">{t('leaderboard.chosen')}</Tag>
  if (entry.status !== 'Completed') return null
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={onChoose}
      aria-label={t('leaderboard.chooseLabel', { name: entry.baseModelName })}
    >
      {t('leaderboard.choose')}
    </Button>
  )
}
