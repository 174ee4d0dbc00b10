import { Button, Group, Paper, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { summarizeBertScores } from '../../shared/bertScore.ts'
import type { Evaluation } from '../../shared/evaluation.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { encoderQuery } from '../queries.ts'
import { EstimateCell, NumberTable, signed } from './NumberTable.tsx'
import { ReportSection } from './ReportSection.tsx'

/** How near the answers are in meaning; without an encoder it says so, and how to get one here. */
export function BertScorePanel({ evaluation: { bertScores } }: { evaluation: Evaluation }) {
  const { t } = useTranslation()
  const summaries = useMemo(() => summarizeBertScores(bertScores), [bertScores])
  const say = (key: string, values?: Record<string, number>) =>
    t(`analysis:bertScore.${key}`, values ?? {})
  return (
    <ReportSection
      title={say('title')}
      note={summaries.length === 0 ? say('none') : say('note', { rows: bertScores.length })}
    >
      {summaries.length > 0 && (
        <NumberTable
          label={say('title')}
          head={['score', 'tuned', 'base', 'difference'].map((key) =>
            t(`analysis:evaluation.${key}`),
          )}
          rows={summaries.map(({ name, tuned, base, difference }) => ({
            key: name,
            cells: [
              say(`names.${name}`),
              <EstimateCell key="tuned" value={tuned} strong />,
              <EstimateCell key="base" value={base} />,
              <EstimateCell key="difference" value={difference} format={signed} />,
            ],
          }))}
        />
      )}
      <EncoderOffer />
    </ReportSection>
  )
}

/** Whether an encoder is on this computer, and the way to get it here. */
function EncoderOffer() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data: state } = useQuery(encoderQuery)
  const change = useMutation({
    mutationFn: (how: 'choose' | 'remove') => invoke(`encoder.${how}`),
    onSuccess: (changed) => changed && client.setQueryData(encoderQuery.queryKey, changed),
    onError: showError,
  })
  if (!state) return null
  const isHere = state.sizeBytes !== null
  return (
    <Paper withBorder radius="lg" p="md">
      <Group justify="space-between">
        <Text size="sm" flex="1 1 22rem">
          {t(`analysis:bertScore.${isHere ? 'ready' : 'getNote'}`)}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          loading={change.isPending}
          onClick={() => change.mutate(isHere ? 'remove' : 'choose')}
        >
          {t(`analysis:bertScore.${isHere ? 'remove' : 'choose'}`)}
        </Button>
      </Group>
    </Paper>
  )
}
