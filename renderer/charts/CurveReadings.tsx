import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { readCandidate, readingWords } from '../../shared/candidateReading.ts'
import type { CurveReading } from '../../shared/curveReading.ts'
import type { CurveVerdict } from '../../shared/curveVerdict.ts'
import type { MetricPoint } from '../../shared/metrics.ts'
import type { Candidate } from '../../shared/model.ts'
import { Tag, type Tone } from '../components/Tag.tsx'
import { useNavigate } from '../navigation.tsx'

const tones: Record<CurveVerdict, Tone> = {
  diverging: 'bad',
  tooFewEvaluations: 'neutral',
  overfitting: 'attention',
  tooNoisy: 'attention',
  notLearning: 'attention',
  plateaued: 'neutral',
  improving: 'good',
}

interface CurveReadingsProps {
  readonly candidates: readonly Candidate[]
  readonly points: readonly MetricPoint[]
  readonly modelId: string
}

/** A sentence for each candidate, and what to try next. */
export function CurveReadings({ candidates, points, modelId }: CurveReadingsProps) {
  const { t } = useTranslation()
  const readings = candidates.flatMap((candidate) => {
    const reading = readCandidate(candidate, points)
    return reading ? [{ candidate, reading }] : []
  })
  if (readings.length === 0) return null
  return (
    <Paper
      withBorder
      radius="lg"
      p="md"
      mb="md"
      component="section"
      aria-label={t('analysis:reading.title')}
    >
      <Title order={3} mb="xs">
        {t('analysis:reading.title')}
      </Title>
      <Stack gap="sm">
        {readings.map(({ candidate, reading }) => (
          <Reading key={candidate.id} candidate={candidate} reading={reading} modelId={modelId} />
        ))}
      </Stack>
    </Paper>
  )
}

interface ReadingProps {
  readonly candidate: Candidate
  readonly reading: CurveReading
  readonly modelId: string
}

function Reading({ candidate, reading, modelId }: ReadingProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { action, verdict } = reading
  const words = readingWords(reading)
  return (
    <Group justify="space-between" align="flex-start" gap="xs">
      <Text size="sm" flex="1 1 24rem">
        <Tag tone={tones[verdict]}>{candidate.baseModelName}</Tag> {t(words.key, words.values)}
      </Text>
      {action && (
        <Button
          size="compact-sm"
          variant="light"
          onClick={() =>
            navigate({
              page: 'wizard',
              modelId,
              proposal: { ...action, candidateId: candidate.id },
            })
          }
        >
          {t(`analysis:reading.action.${action.kind}`, { ...action })}
        </Button>
      )}
    </Group>
  )
}
