import {
  Alert,
  Button,
  Group,
  NumberInput,
  Paper,
  Progress,
  Skeleton,
  Stack,
  Text,
} from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  defaultEvaluationRows,
  mostEvaluationRows,
  type Evaluation,
} from '../../shared/evaluation.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice, ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { showError } from '../components/showError.tsx'
import { useNavigate } from '../navigation.tsx'
import { evaluationProgressQuery, evaluationQuery, modelQuery } from '../queries.ts'
import { RowsPanel } from './RowsPanel.tsx'
import { ScoresPanel } from './ScoresPanel.tsx'
import { VerdictPanel } from './VerdictPanel.tsx'

interface EvaluationPageProps {
  readonly modelId: string
  readonly candidateId: string
}

/** A candidate against its base model: the verdict first, then what it rests on. */
export function EvaluationPage({ modelId, candidateId }: EvaluationPageProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { data: model } = useQuery(modelQuery(modelId))
  // Another face of the app may have evaluated it meanwhile.
  const { data: evaluation, error } = useQuery({ ...evaluationQuery(candidateId), staleTime: 0 })
  if (error) return <ErrorNotice error={error} />
  if (!model || evaluation === undefined) return <Skeleton h={480} radius="lg" />
  const version = model.versions.find(({ candidates }) =>
    candidates.some(({ id }) => id === candidateId),
  )
  const base = version?.candidates.find(({ id }) => id === candidateId)?.baseModelName ?? ''
  const hasResult =
    evaluation !== null && evaluation.status !== 'Running' && evaluation.rows.length > 0
  return (
    <>
      <PageHeader
        title={t('analysis:evaluation.title', { name: model.name })}
        subtitle={t('analysis:evaluation.subtitle', { base })}
        back={{
          label: model.name,
          onClick: () =>
            navigate({ page: 'model', modelId, ...(version ? { versionId: version.id } : {}) }),
        }}
        actions={hasResult && <SaveButton candidateId={candidateId} />}
      />
      <Stack gap="xl">
        <Controls candidateId={candidateId} evaluation={evaluation} />
        {hasResult && (
          <>
            <VerdictPanel evaluation={evaluation} />
            <ScoresPanel rows={evaluation.rows} />
            <RowsPanel rows={evaluation.rows} />
          </>
        )}
      </Stack>
    </>
  )
}

interface ControlsProps {
  readonly candidateId: string
  readonly evaluation: Evaluation | null
}

/** Starts, stops and goes on. */
function Controls({ candidateId, evaluation }: ControlsProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data: progress } = useQuery(evaluationProgressQuery(candidateId))
  const [rows, setRows] = useState(evaluation?.plannedRows ?? defaultEvaluationRows)
  const refresh = () =>
    client.invalidateQueries({ queryKey: evaluationQuery(candidateId).queryKey })
  const start = useMutation({
    mutationFn: () => invoke('evaluation.start', { candidateId, rows }),
    onSuccess: refresh,
    onError: showError,
  })
  const stop = useMutation({
    mutationFn: (evaluationId: string) => invoke('evaluation.stop', { evaluationId }),
    onSettled: refresh,
    onError: showError,
  })
  if (evaluation?.status === 'Running') {
    const { id, plannedRows } = evaluation
    const news = progress?.evaluationId === id ? progress.done : 0
    const shown = { done: Math.max(news, evaluation.rows.length), planned: plannedRows }
    const text = t('analysis:evaluation.progress', shown)
    return (
      <Paper withBorder radius="lg" p="lg">
        <Group wrap="nowrap">
          <Stack gap={6} flex={1}>
            <Progress value={(100 * shown.done) / plannedRows} animated aria-label={text} />
            <Text size="sm" c="dimmed" role="status">
              {text}
            </Text>
          </Stack>
          <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate(id)}>
            {t('analysis:evaluation.stop')}
          </Button>
        </Group>
      </Paper>
    )
  }
  const isUnfinished = evaluation !== null && evaluation.status !== 'Completed'
  const word = isUnfinished ? 'goOn' : evaluation ? 'again' : 'start'
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack>
        {evaluation?.failure && <ErrorDataNotice error={evaluation.failure} />}
        {evaluation?.status === 'Stopped' && (
          <Alert color="orange">
            {t('analysis:evaluation.stopped', {
              done: evaluation.rows.length,
              planned: evaluation.plannedRows,
            })}
          </Alert>
        )}
        <Text>{t('analysis:evaluation.explanation')}</Text>
        <Group align="flex-end">
          <NumberInput
            w={140}
            label={t('analysis:evaluation.rows')}
            value={rows}
            min={1}
            max={mostEvaluationRows}
            allowDecimal={false}
            clampBehavior="strict"
            onChange={(value) => setRows(Number(value) || 1)}
          />
          <Button
            variant={evaluation ? 'default' : 'filled'}
            loading={start.isPending}
            onClick={() => start.mutate()}
          >
            {t(`analysis:evaluation.${word}`)}
          </Button>
        </Group>
      </Stack>
    </Paper>
  )
}

function SaveButton({ candidateId }: { candidateId: string }) {
  const { t } = useTranslation()
  const save = useMutation({
    mutationFn: () => invoke('evaluation.save', { candidateId }),
    onSuccess: (saved) => {
      if (!saved) return
      notifications.show({
        message: t('report.saved', saved),
        color: 'accent',
        closeButtonProps: { 'aria-label': t('action.close') },
      })
    },
    onError: showError,
  })
  return (
    <Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>
      {t('analysis:evaluation.save')}
    </Button>
  )
}
