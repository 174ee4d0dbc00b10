import { Button, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EvaluatedRow, ScoredAnswer } from '../../shared/evaluation.ts'
import { differenceOf, worstFirst } from '../../shared/evaluationVerdict.ts'
import { Tag } from '../components/Tag.tsx'

const pageRows = 10

/** Each question with both answers and the expected one; where the tuned model lost most comes first. */
export function RowsPanel({ rows }: { rows: readonly EvaluatedRow[] }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(pageRows)
  const ordered = useMemo(() => worstFirst(rows), [rows])
  return (
    <section>
      <Title order={2} mb="sm">
        {t('analysis:evaluation.rowsTitle')}
      </Title>
      <Stack>
        {ordered.slice(0, shown).map((row) => (
          <AnswerRow key={row.position} row={row} />
        ))}
        {shown < ordered.length && (
          <Button variant="default" onClick={() => setShown(shown + pageRows)}>
            {t('analysis:evaluation.more')}
          </Button>
        )}
      </Stack>
    </section>
  )
}

interface AnswerRowProps {
  readonly row: EvaluatedRow
  /** Why it is shown. */
  readonly label?: string
}

/** A question with both answers and the expected one. */
export function AnswerRow({ row, label }: AnswerRowProps) {
  const { t } = useTranslation()
  const difference = differenceOf(row)
  const tone = difference > 0 ? 'good' : difference < 0 ? 'attention' : 'neutral'
  const sign = difference < 0 ? '−' : '+'
  return (
    <Paper withBorder radius="lg" p="md" component="article" aria-label={row.question}>
      {label !== undefined && (
        <Text size="xs" c="dimmed" mb={4}>
          {label}
        </Text>
      )}
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="sm">
        <Text fw={600} className="invisible">
          {row.question}
        </Text>
        {row.reference !== '' && row.base && (
          <Tag tone={tone}>
            {t('analysis:evaluation.nearer', {
              difference: `${sign}${Math.abs(difference).toFixed(2)}`,
            })}
          </Tag>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Answer label={t('analysis:evaluation.tuned')} answer={row.tuned} />
        {row.base && <Answer label={t('analysis:evaluation.base')} answer={row.base} />}
        {row.reference !== '' && (
          <Answer label={t('analysis:evaluation.expected')} answer={{ text: row.reference }} />
        )}
      </SimpleGrid>
    </Paper>
  )
}

interface AnswerProps {
  readonly label: string
  readonly answer: Pick<ScoredAnswer, 'text'> & Partial<Pick<ScoredAnswer, 'flagged'>>
}

function Answer({ label, answer: { text, flagged = [] } }: AnswerProps) {
  const { t } = useTranslation()
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {label}
      </Text>
      <Text size="sm" className="invisible">
        {text === '' ? t('analysis:evaluation.empty') : text}
      </Text>
      {flagged.length > 0 && (
        <Group gap={4} mt={6}>
          {flagged.map((category) => (
            <Tag key={category} tone="attention">
              {t(`analysis:evaluation.categories.${category}`)}
            </Tag>
          ))}
        </Group>
      )}
    </div>
  )
}
