import { Paper, Progress, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { maxTokensOfEvaluation, type Evaluation } from '../../shared/evaluation.ts'
import { verdictOf, verdictWords } from '../../shared/evaluationVerdict.ts'

/** Who is better, on how many rows, and whether that is likely real. */
export function VerdictPanel({ evaluation }: { evaluation: Evaluation }) {
  const { t } = useTranslation()
  const { rows } = evaluation
  const verdict = verdictOf(rows)
  const { key, values } = verdictWords(verdict)
  const share = (count: number) => (100 * count) / rows.length
  return (
    <Paper
      withBorder
      radius="lg"
      p="lg"
      component="section"
      aria-label={t('analysis:evaluation.verdictTitle')}
    >
      <Title order={2} mb="md">
        {t(key, values)}
      </Title>
      <Progress.Root size="lg" mb="md" aria-hidden>
        <Progress.Section value={share(verdict.better)} color="accent.7" />
        <Progress.Section value={share(verdict.ties)} color="gray.4" />
        <Progress.Section value={share(verdict.worse)} color="orange.6" />
      </Progress.Root>
      <Text size="sm" c="dimmed">
        {t('analysis:evaluation.facts', {
          count: rows.length,
          available: evaluation.availableRows,
          seed: evaluation.seed,
          tokens: maxTokensOfEvaluation,
        })}
      </Text>
      <Text size="sm" c="dimmed" mt={4}>
        {t('analysis:evaluation.verdictRule')}
      </Text>
    </Paper>
  )
}
