import { Button, Group, Paper, Progress, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Evaluation } from '../../shared/evaluation.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { endpointsQuery } from '../shipQueries.ts'
import { evaluationProgressQuery, evaluationQuery } from '../queries.ts'

/** How far a running evaluation is, and a button that pauses it. */
export function EvaluationProgressPanel({ evaluation }: { evaluation: Evaluation }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { id, candidateId, plannedRows, rows } = evaluation
  const { data: news } = useQuery(evaluationProgressQuery(candidateId))
  const stop = useMutation({
    mutationFn: () => invoke('evaluation.stop', { evaluationId: id }),
    onSettled: () => client.invalidateQueries({ queryKey: evaluationQuery(candidateId).queryKey }),
    onError: showError,
  })
  const { part, done, planned } =
    news?.evaluationId === id
      ? news
      : { part: 'answers' as const, done: rows.length, planned: plannedRows }
  const text = t(`analysis:evaluation.progressPart.${part}`, { done, planned })
  return (
    <Paper withBorder radius="lg" p="lg">
      <Group wrap="nowrap">
        <Stack gap={6} flex={1}>
          <Progress value={(100 * done) / planned} animated aria-label={text} />
          <Text size="sm" role="status">
            {text}
          </Text>
          {part === 'answers' && <StartingEndpoints />}
          <Text size="sm" c="dimmed">
            {t('analysis:evaluation.background')}
          </Text>
        </Stack>
        <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate()}>
          {t('analysis:evaluation.stop')}
        </Button>
      </Group>
    </Paper>
  )
}

/** Why no answer comes yet: AWS takes its time to bring a model into service. */
function StartingEndpoints() {
  const { t } = useTranslation()
  const { data } = useQuery(endpointsQuery)
  const starting = (data?.endpoints ?? []).filter(
    ({ purpose, status, workspaceId }) =>
      purpose === 'test' &&
      workspaceId !== localWorkspaceId &&
      (status === 'Planned' || status === 'Creating'),
  )
  return starting.map(({ name, title }) => (
    <Text key={name} size="sm">
      {t('analysis:evaluation.endpointStarting', { title })}
    </Text>
  ))
}
