import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { PlannedRun, StartPrices } from '../../shared/startCost.ts'
import { reckonedStartSentence } from '../../shared/startCostSentences.ts'

interface StartNoteProps {
  readonly runs: readonly PlannedRun[]
  readonly prices: StartPrices
}

/** Below the button: from when its number is, if AWS's list did not tell it. */
export function StartNote({ runs, prices }: StartNoteProps) {
  const { t, i18n } = useTranslation()
  const sentence = reckonedStartSentence(runs, prices, i18n.language)
  return (
    sentence && (
      <Text size="sm" c="dimmed" ta="right" mt="xs">
        {t(sentence.key, sentence.values)}
      </Text>
    )
  )
}
