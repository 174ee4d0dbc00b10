import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Sentence } from '../../shared/evaluationSentences.ts'

/** How a price was reckoned that AWS's list did not tell. */
export function PriceNotes({ notes }: { readonly notes: readonly Sentence[] }) {
  const { t } = useTranslation()
  const texts = new Set(notes.map(({ key, values }) => t(key, values)))
  return [...texts].map((text) => (
    <Text key={text} size="sm" c="dimmed">
      {text}
    </Text>
  ))
}
