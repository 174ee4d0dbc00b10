import { Alert, Button, Checkbox, Group, NumberInput, Paper, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  defaultEvaluationRows,
  defaultRobustnessRows,
  mostEvaluationRows,
  type Evaluation,
  type EvaluationSource,
} from '../../shared/evaluation.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { builtInSetsQuery, evaluationQuery } from '../queries.ts'
import { SourceChoice } from './SourceChoice.tsx'

/** What the sets of sentence pairs are read for. */
const stereotypePairs = 100

interface EvaluationSetupProps {
  readonly candidateId: string
  /** The last one; an unfinished one goes on. */
  readonly evaluation: Evaluation | null
}

/** What the next report is made of, and the button that makes it. */
export function EvaluationSetup({ candidateId, evaluation }: EvaluationSetupProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data: sets } = useQuery(builtInSetsQuery)
  const [source, setSource] = useState<EvaluationSource>(
    evaluation?.plan.source ?? { kind: 'validation' },
  )
  const [rows, setRows] = useState(evaluation?.plannedRows ?? defaultEvaluationRows)
  const [robust, setRobust] = useState(evaluation ? evaluation.plan.robustnessRows > 0 : true)
  const [fair, setFair] = useState((evaluation?.plan.stereotypePairs ?? 0) > 0)
  const start = useMutation({
    mutationFn: () =>
      invoke('evaluation.start', {
        candidateId,
        rows,
        source,
        robustnessRows: robust ? defaultRobustnessRows : 0,
        stereotypePairs: fair ? stereotypePairs : 0,
      }),
    onSuccess: (started) => client.setQueryData(evaluationQuery(candidateId).queryKey, started),
    onError: showError,
  })
  const say = (key: string, values?: Record<string, string | number>) =>
    t(`analysis:evaluation.${key}`, values ?? {})
  const isUnfinished = evaluation !== null && evaluation.status !== 'Completed'
  const hasPairs = sets?.some(({ name, sizeBytes }) => name === 'crows-pairs' && sizeBytes !== null)
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack>
        {evaluation?.failure && <ErrorDataNotice error={evaluation.failure} />}
        {evaluation?.status === 'Stopped' && (
          <Alert color="orange">
            {say('stopped', { done: evaluation.rows.length, planned: evaluation.plannedRows })}
          </Alert>
        )}
        <Text maw={820}>{say('explanation')}</Text>
        <SourceChoice source={source} onChange={setSource} />
        <NumberInput
          w={140}
          label={say('rows')}
          value={rows}
          min={1}
          max={mostEvaluationRows}
          allowDecimal={false}
          clampBehavior="strict"
          onChange={(value) => setRows(Number(value) || 1)}
        />
        <Checkbox.Group
          label={say('options')}
          value={[robust ? 'robust' : '', fair && hasPairs ? 'fair' : '']}
          onChange={(chosen) => {
            setRobust(chosen.includes('robust'))
            setFair(chosen.includes('fair'))
          }}
        >
          <Stack gap={6} mt={6}>
            <Checkbox value="robust" label={say('robustness', { rows: defaultRobustnessRows })} />
            {hasPairs && <Checkbox value="fair" label={say('stereotyping')} />}
          </Stack>
        </Checkbox.Group>
        <Group>
          <Button
            variant={evaluation && !isUnfinished ? 'default' : 'filled'}
            loading={start.isPending}
            disabled={source.kind === 'dataset' && source.datasetId === ''}
            onClick={() => start.mutate()}
          >
            {say(isUnfinished ? 'goOn' : evaluation ? 'again' : 'start')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  )
}
