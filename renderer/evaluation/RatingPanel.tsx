import { Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import type { Evaluation } from '../../shared/evaluation.ts'
import { ratingValues, summarizeRatings } from '../../shared/ratingSummary.ts'
import { BlindRating } from './BlindRating.tsx'
import { ReportSection } from './ReportSection.tsx'

/** What the user prefers without knowing which model wrote it, and the way there. */
export function RatingPanel({ evaluation }: { evaluation: Evaluation }) {
  const { t } = useTranslation()
  const [open, dialog] = useDisclosure(false)
  const summary = summarizeRatings(evaluation.ratings)
  const hasRatings = Object.keys(evaluation.ratings).length > 0
  return (
    <ReportSection title={t('analysis:rating.title')} note={t('analysis:rating.note')}>
      <Group>
        <Button variant="default" onClick={dialog.open}>
          {t(`analysis:rating.${hasRatings ? 'goOn' : 'start'}`)}
        </Button>
        <Text size="sm" flex="1 1 20rem">
          {hasRatings
            ? `${t('analysis:rating.result', ratingValues(summary))} ${t('analysis:rating.clear')}`
            : t('analysis:rating.none')}
        </Text>
      </Group>
      {open && <BlindRating evaluation={evaluation} onClose={dialog.close} />}
    </ReportSection>
  )
}
