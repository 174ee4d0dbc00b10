import { Alert, Button, Checkbox, Group, NumberInput, Paper, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  defaultEvaluationRows,
  defaultRobustnessRows,
  mostEvaluationRows,
  type Evaluation,
  type EvaluationRequest,
  type EvaluationSource,
} from '../../shared/evaluation.ts'
import { invoke } from '../api.ts'
import { highestCost } from '../../shared/evaluationEstimate.ts'
import type { LibraryPlan } from '../../shared/libraryCheck.ts'
import { judgePlanSchema, type JudgePlan } from '../../shared/judge.ts'
import type { AppErrorData } from '../../shared/errors.ts'
import { ErrorDataNotice, ErrorNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { UnguardedNotice } from '../endpoints/UnguardedNotice.tsx'
import { endpointsQuery } from '../shipQueries.ts'
import { builtInSetsQuery, evaluationEstimateQuery, evaluationQuery } from '../queries.ts'
import { ActionAtPrice } from './ActionAtPrice.tsx'
import { EstimateLines } from './EstimateLines.tsx'
import { JudgeChoice } from './JudgeChoice.tsx'
import { LibraryChoice } from './LibraryChoice.tsx'
import { ScoringModelsChoice } from './ScoringModelsChoice.tsx'
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
  const [base, setBase] = useState(evaluation?.plan.withBase ?? true)
  const [judge, setJudge] = useState<JudgePlan | null>(evaluation?.plan.judge ?? null)
  const [library, setLibrary] = useState<LibraryPlan | null>(evaluation?.plan.library ?? null)
  const isHere = (set: string) =>
    sets?.some(({ name, sizeBytes }) => name === set && sizeBytes !== null) ?? false
  const hasPairs = isHere('crows-pairs')
  const isJudgeReady = judge === null || judgePlanSchema.safeParse(judge).success
  const wished: EvaluationRequest = {
    candidateId,
    rows,
    source,
    robustnessRows: robust ? defaultRobustnessRows : 0,
    stereotypePairs: fair && hasPairs ? stereotypePairs : 0,
    withBase: base,
    judge: base && isJudgeReady ? judge : null,
    library,
  }
  const [settled] = useDebouncedValue(wished, 400)
  const hasSource =
    source.kind === 'validation' ||
    (source.kind === 'dataset' ? source.datasetId !== '' : isHere(source.set))
  const { data: estimate, error: estimateError } = useQuery({
    ...evaluationEstimateQuery(settled, hasSource),
    placeholderData: keepPreviousData,
  })
  const available = hasSource && estimate ? estimate.availableRows : null
  const request: EvaluationRequest = {
    ...wished,
    withBase: base && (estimate?.hasBase ?? true),
    stereotypePairs: estimate?.tellsProbabilities === false ? 0 : wished.stereotypePairs,
  }
  const start = useMutation({
    mutationFn: () => invoke('evaluation.start', request),
    onSuccess: (started) => client.setQueryData(evaluationQuery(candidateId).queryKey, started),
    onError: showError,
  })
  const say = (key: string, values?: Record<string, string | number>) =>
    t(`analysis:evaluation.${key}`, values ?? {})
  const isUnfinished = evaluation !== null && evaluation.status !== 'Completed'
  const again = estimate?.isAddition ? 'add' : 'again'
  const action = say(isUnfinished ? 'goOn' : evaluation ? again : 'start')
  const mayRead = hasPairs && estimate?.tellsProbabilities !== false
  return (
    <Paper withBorder radius="lg" p="lg">
      <Stack>
        {evaluation?.failure && <FailureNotice failure={evaluation.failure} />}
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
          {...(available === null ? {} : { description: say('rowsThere', { count: available }) })}
          value={rows}
          min={1}
          max={mostEvaluationRows}
          allowDecimal={false}
          clampBehavior="strict"
          onChange={(value) => setRows(Number(value) || 1)}
        />
        <Checkbox.Group
          label={say('options')}
          value={[
            robust ? 'robust' : '',
            fair && mayRead ? 'fair' : '',
            request.withBase ? 'base' : '',
          ]}
          onChange={(chosen) => {
            setRobust(chosen.includes('robust'))
            setFair(chosen.includes('fair'))
            setBase(chosen.includes('base'))
          }}
        >
          <Stack gap={6} mt={6}>
            <Checkbox value="robust" label={say('robustness', { rows: defaultRobustnessRows })} />
            {mayRead && <Checkbox value="fair" label={say('stereotyping')} />}
            <Checkbox
              value="base"
              label={say('askBase')}
              description={say(estimate?.hasBase === false ? 'noBase' : 'askBaseNote')}
              disabled={estimate?.hasBase === false}
            />
          </Stack>
        </Checkbox.Group>
        {request.withBase && (
          <JudgeChoice judge={judge} onChange={setJudge} estimate={estimate?.judge ?? null} />
        )}
        <LibraryChoice library={library} onChange={setLibrary} cost={estimate?.library ?? null} />
        <ScoringModelsChoice />
        {hasSource && estimate && <EstimateLines estimate={estimate} />}
        {hasSource && estimateError && <ErrorNotice error={estimateError} />}
        <Group>
          <Button
            variant={evaluation && !isUnfinished ? 'default' : 'filled'}
            loading={start.isPending}
            disabled={!hasSource || !isJudgeReady}
            onClick={() => start.mutate()}
          >
            <ActionAtPrice action={action} cost={estimate ? highestCost(estimate) : null} />
          </Button>
        </Group>
      </Stack>
    </Paper>
  )
}

/** Why the last one did not end, with what can be done about it at once. */
function FailureNotice({ failure }: { readonly failure: AppErrorData }) {
  const { data } = useQuery(endpointsQuery)
  const waiting = (data?.endpoints ?? []).filter(
    ({ purpose, status }) => purpose === 'test' && status === 'Unguarded',
  )
  if (failure.code === 'EndpointUnguarded')
    return <UnguardedNotice error={failure} others={waiting.map(({ name }) => name)} />
  return <ErrorDataNotice error={failure} />
}
