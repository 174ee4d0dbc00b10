import { List, Paper, Progress, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { maxTokensOfEvaluation, type Evaluation } from '../../shared/evaluation.ts'
import {
  adviceSentence,
  sourceKey,
  summarySentences,
  verdictSentence,
} from '../../shared/evaluationSentences.ts'
import { verdictOf } from '../../shared/evaluationVerdict.ts'

interface VerdictPanelProps {
  readonly evaluation: Evaluation
  readonly template: string
}

/** Who is better, whether that is likely real, what to do, and what else is worth knowing: all in words. */
export function VerdictPanel({ evaluation, template }: VerdictPanelProps) {
  const { t } = useTranslation()
  const verdict = verdictSentence(evaluation)
  const advice = adviceSentence(evaluation)
  return (
    <Paper
      withBorder
      radius="lg"
      p="lg"
      component="section"
      aria-label={t('analysis:evaluation.verdictTitle')}
    >
      <Title order={2} mb="xs">
        {verdict ? t(verdict.key, verdict.values) : t('analysis:evaluation.noReferences')}
      </Title>
      {advice && <Text mb="md">{t(advice.key)}</Text>}
      {verdict && evaluation.plan.withBase && <RowsBar evaluation={evaluation} />}
      <List size="sm" spacing={4} mb="md">
        {summarySentences(evaluation).map(({ key, values }) => (
          <List.Item key={key}>{t(key, values)}</List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed">
        {t('analysis:evaluation.facts', {
          count: evaluation.rows.length,
          available: evaluation.availableRows,
          source: t(sourceKey(evaluation), { name: evaluation.sourceName ?? '' }),
          seed: evaluation.seed,
          tokens: maxTokensOfEvaluation,
        })}{' '}
        {t('analysis:evaluation.templateFact', { template })}
      </Text>
      {verdict && evaluation.plan.withBase && (
        <Text size="sm" c="dimmed" mt={4}>
          {t('analysis:evaluation.verdictRule')}
        </Text>
      )}
    </Paper>
  )
}

/** Better, equal and worse rows as shares of a bar. */
function RowsBar({ evaluation: { rows } }: { evaluation: Evaluation }) {
  const { better, ties, worse } = verdictOf(rows)
  const share = (count: number) => (100 * count) / rows.length
  return (
    <Progress.Root size="lg" mb="md" aria-hidden>
      <Progress.Section value={share(better)} color="accent.7" />
      <Progress.Section value={share(ties)} color="gray.4" />
      <Progress.Section value={share(worse)} color="orange.6" />
    </Progress.Root>
  )
}
