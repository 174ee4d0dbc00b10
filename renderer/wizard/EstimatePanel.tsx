import { Alert, Button, Group, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Dispatch } from 'react'
import { useTranslation } from 'react-i18next'
import type { BaseModel, FineTuneRequest } from '../../shared/model.ts'
import type { MemoryShortage, RunEstimate } from '../../shared/runEstimate.ts'
import { formatSecondsRange } from '../../shared/duration.ts'
import { ErrorDataNotice, ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatBytes } from '../format.ts'
import { estimateQuery } from '../queries.ts'
import type { WizardAction } from './wizardState.ts'

interface EstimatePanelProps {
  readonly request: FineTuneRequest
  readonly baseModels: readonly BaseModel[]
  readonly dispatch: Dispatch<WizardAction>
}

/** What each training will take, from a few steps that are made now. */
export function EstimatePanel({ request, baseModels, dispatch }: EstimatePanelProps) {
  const { t } = useTranslation()
  const { data, error } = useQuery(estimateQuery(request))
  const nameOf = (id: string) => baseModels.find((model) => model.id === id)?.displayName ?? id
  if (error) return <ErrorNotice error={error} />
  const known = new Map(data?.map((entry) => [entry.baseModelId, entry]))
  return (
    <Paper withBorder radius="lg" p="md" mb="md" component="section" aria-busy={!data}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={3} size="h4">
            {t('estimate.title')}
          </Title>
          <Text size="sm" c="dimmed" role="status">
            {t(data ? 'estimate.measured' : 'estimate.measuring')}
          </Text>
        </Group>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('leaderboard.baseModel')}</Table.Th>
              <Table.Th>{t('estimate.time')}</Table.Th>
              <Table.Th>{t('estimate.memory')}</Table.Th>
              <Table.Th>{t('estimate.disk')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {request.candidates.map(({ baseModelId }) => (
              <Table.Tr key={baseModelId}>
                <Table.Td>{nameOf(baseModelId)}</Table.Td>
                <EstimateCells
                  estimate={known.get(baseModelId)?.estimate ?? null}
                  isPending={!data}
                />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {data?.map(({ baseModelId, estimate, failure }) => (
          <div key={baseModelId}>
            {failure && <ErrorDataNotice error={failure} />}
            {estimate?.shortage && (
              <Shortage
                name={nameOf(baseModelId)}
                shortage={estimate.shortage}
                dispatch={dispatch}
              />
            )}
            {estimate && estimate.diskBytes > estimate.freeDiskBytes && (
              <Alert color="orange">{t('estimate.diskShort', { name: nameOf(baseModelId) })}</Alert>
            )}
            {estimate && estimate.shortenedExamples > 0 && (
              <Text size="sm" c="dimmed">
                {t('estimate.shortened', {
                  name: nameOf(baseModelId),
                  count: estimate.shortenedExamples,
                })}
              </Text>
            )}
          </div>
        ))}
      </Stack>
    </Paper>
  )
}

function EstimateCells(props: { estimate: RunEstimate | null; isPending: boolean }) {
  const { t, i18n } = useTranslation()
  const { estimate, isPending } = props
  if (isPending)
    return ['time', 'memory', 'disk'].map((cell) => (
      <Table.Td key={cell}>
        <Skeleton h={12} w="70%" />
      </Table.Td>
    ))
  if (!estimate) return <Table.Td colSpan={3}>–</Table.Td>
  const unknown = t(estimate.shortage ? 'estimate.doesNotFit' : 'estimate.busy')
  return (
    <>
      <Table.Td>
        {estimate.seconds ? formatSecondsRange(estimate.seconds, i18n.language) : unknown}
      </Table.Td>
      <Table.Td>
        {t('estimate.ofFree', {
          needed: formatBytes(estimate.memoryBytes),
          free: formatBytes(estimate.freeMemoryBytes),
        })}
      </Table.Td>
      <Table.Td>
        {t('estimate.ofFree', {
          needed: formatBytes(estimate.diskBytes),
          free: formatBytes(estimate.freeDiskBytes),
        })}
      </Table.Td>
    </>
  )
}

/** The hyperparameters that make it fit. */
function changesOf(advice: MemoryShortage['advice']): Readonly<Record<string, string>> {
  switch (advice.kind) {
    case 'length':
      return { max_input_length: String(advice.length) }
    case 'lora':
      return { peft_type: 'lora' }
    case 'smallerModel':
      return {}
  }
}

function Shortage(props: {
  name: string
  shortage: MemoryShortage
  dispatch: Dispatch<WizardAction>
}) {
  const { t } = useTranslation()
  const { advice, needed, available } = props.shortage
  const changes = Object.entries(changesOf(advice))
  return (
    <Alert color="orange" role="alert" title={t('estimate.shortTitle', { name: props.name })}>
      <Stack gap="xs" align="flex-start">
        <span>
          {t(`estimate.advice.${advice.kind}`, {
            ...advice,
            needed: formatBytes(needed),
            available: formatBytes(available),
          })}
        </span>
        {changes.length > 0 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              for (const [name, value] of changes)
                props.dispatch({ type: 'hyperparameterTyped', name, value })
            }}
          >
            {t('estimate.apply')}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}
