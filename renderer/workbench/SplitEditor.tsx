/** How rows are divided, and what that gives, before anything is trained. */
import {
  Alert,
  Button,
  Group,
  NumberInput,
  Select,
  Skeleton,
  Slider,
  Stack,
  Switch,
  Table,
  Text,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { usualSplit, type SplitChoice, type SplitPlan } from '../../shared/workbench/splitChoice.ts'
import { leakageFinding } from '../../shared/workbench/splitLeakage.ts'
import type { SplitPreview, SplitRequest } from '../../shared/workbench/splitPlan.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatCount, formatPercent } from '../format.ts'
import { SplitProgress } from './SplitProgress.tsx'
import { splitQuery, workbenchQuery } from './workbenchQueries.ts'

interface SplitEditorProps {
  readonly columns: readonly string[]
  /** Of which another one may be the validation file. */
  readonly datasets: readonly Dataset[]
  readonly datasetId: string
  readonly value: SplitChoice
  readonly onChange: (value: SplitChoice) => void
}

const kinds: readonly SplitPlan['kind'][] = ['random', 'similar', 'topic', 'group', 'file']
const trialRows = 200

export function SplitEditor({ columns, datasets, datasetId, value, onChange }: SplitEditorProps) {
  const { t } = useTranslation('workbench')
  const { split } = value
  const others = datasets.filter(({ id }) => id !== datasetId)

  function choose(kind: string | null): void {
    const plans: Record<SplitPlan['kind'], SplitPlan> = {
      random: { kind: 'random' },
      similar: { kind: 'similar' },
      topic: { kind: 'topic' },
      group: { kind: 'group', column: columns.at(-1) ?? '' },
      file: { kind: 'file', datasetId: others[0]?.id ?? '' },
    }
    const chosen = kinds.find((known) => known === kind)
    if (chosen) onChange({ ...value, split: plans[chosen] })
  }

  return (
    <Stack gap="sm">
      <Select
        label={t('split.kind')}
        description={t(`split.hint.${split.kind}`)}
        data={kinds.map((kind) => ({
          value: kind,
          label: t(`split.name.${kind}`),
          disabled: kind === 'file' && others.length === 0,
        }))}
        value={split.kind}
        allowDeselect={false}
        onChange={choose}
      />
      {split.kind === 'group' && (
        <Select
          label={t('split.groupColumn')}
          data={[...columns]}
          value={split.column}
          allowDeselect={false}
          onChange={(column) =>
            onChange({ ...value, split: { kind: 'group', column: column ?? split.column } })
          }
        />
      )}
      {split.kind === 'file' && (
        <Select
          label={t('split.file')}
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          value={split.datasetId}
          allowDeselect={false}
          onChange={(id) =>
            onChange({ ...value, split: { kind: 'file', datasetId: id ?? split.datasetId } })
          }
        />
      )}
      {split.kind !== 'file' && (
        <div>
          <Text size="sm" fw={500}>
            {t('split.share')}
          </Text>
          <Slider
            mb="lg"
            mr="sm"
            min={0.05}
            max={0.5}
            step={0.05}
            value={value.validationFraction}
            label={formatPercent}
            thumbLabel={t('split.share')}
            marks={[0.1, 0.2, 0.3, 0.4, 0.5].map((mark) => ({
              value: mark,
              label: formatPercent(mark),
            }))}
            onChange={(validationFraction) => onChange({ ...value, validationFraction })}
          />
        </div>
      )}
      <Group align="center" gap="md">
        <Switch
          label={t('split.trial')}
          checked={value.sampleRows !== null}
          onChange={(event) =>
            onChange({ ...value, sampleRows: event.currentTarget.checked ? trialRows : null })
          }
        />
        {value.sampleRows !== null && (
          <NumberInput
            aria-label={t('split.trialRows')}
            size="xs"
            w={110}
            min={10}
            value={value.sampleRows}
            onChange={(rows) =>
              onChange({ ...value, sampleRows: Math.max(10, Number(rows) || 10) })
            }
          />
        )}
      </Group>
    </Stack>
  )
}

const settleMs = 250

/** @param onKeepApart the way out of leakage, offered where there is one */
export function SplitOutcome({
  request,
  onKeepApart,
}: {
  request: SplitRequest
  onKeepApart: () => void
}) {
  const [settled] = useDebouncedValue(JSON.stringify(request), settleMs)
  const asked = JSON.parse(settled) as SplitRequest // what was written just above
  const { data: state } = useQuery(workbenchQuery(request.datasetId))
  const { data, error, isFetching, refetch } = useQuery({
    ...splitQuery(asked, state?.revision ?? ''),
    enabled: state !== undefined,
  })
  const look = { isFetching, error, again: () => void refetch() }
  return (
    <div>
      <SplitProgress datasetId={request.datasetId} look={look} />
      {!data && !error && <Skeleton h={120} radius="md" />}
      {data && 'failure' in data && <ErrorNotice error={AppError.fromData(data.failure)} />}
      {data && 'preview' in data && (
        <Outcome preview={data.preview} request={request} onKeepApart={onKeepApart} />
      )}
    </div>
  )
}

interface OutcomeProps {
  readonly preview: SplitPreview
  readonly request: SplitRequest
  readonly onKeepApart: () => void
}

function Outcome({ preview, request, onKeepApart }: OutcomeProps) {
  const { t, i18n } = useTranslation('workbench')
  const rowCount = preview.trainingCount + preview.validationCount
  const count = (value: number) => formatCount(value, i18n.language)
  return (
    <Stack gap="sm" component="section" aria-label={t('split.outcome')}>
      <div className="split-bar" aria-hidden>
        <span style={{ flexGrow: preview.trainingCount }} />
        <span style={{ flexGrow: preview.validationCount }} />
      </div>
      <Text size="sm">
        {t('split.counts', {
          training: count(preview.trainingCount),
          validation: count(preview.validationCount),
        })}
        {preview.groupCount !== null &&
          ` ${t(`split.groups.${request.split?.kind ?? 'group'}`, { count: preview.groupCount, shown: count(preview.groupCount) })}`}
      </Text>
      <Leakage
        preview={preview}
        plan={request.split ?? usualSplit.split}
        onKeepApart={onKeepApart}
      />
      {preview.topics.length > 0 && (
        <Table fz="sm" verticalSpacing={4} aria-label={t('split.topics')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('split.topic')}</Table.Th>
              <Table.Th ta="right">{t('split.training')}</Table.Th>
              <Table.Th ta="right">{t('split.validation')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {preview.topics.map(({ label, training, validation }, index) => (
              <Table.Tr key={index}>
                <Table.Td>{label.join(i18n.language === 'zh' ? '、' : ', ')}</Table.Td>
                <Table.Td ta="right">{count(training)}</Table.Td>
                <Table.Td ta="right">{count(validation)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {preview.topics.length > 0 && preview.topicRowCount < rowCount && (
        <Text size="sm" c="dimmed">
          {t('profile.sampled', { sample: count(preview.topicRowCount), all: count(rowCount) })}
        </Text>
      )}
    </Stack>
  )
}

interface LeakageProps {
  readonly preview: SplitPreview
  readonly plan: SplitPlan
  readonly onKeepApart: () => void
}

function Leakage({ preview, plan, onKeepApart }: LeakageProps) {
  const { t } = useTranslation('workbench')
  const { same, similar, examples } = preview.leakage
  if (same + similar === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('split.noLeakage')}
      </Text>
    )
  return (
    <Alert color="orange" title={t('split.leakage', { count: same + similar })}>
      <Text size="sm">{t('split.leakageMeaning')}</Text>
      {examples.slice(0, 2).map(({ validation, training }, index) => (
        <Text key={index} size="sm" mt={4} lineClamp={2}>
          {validation === training
            ? t('split.leakedSame', { validation })
            : t('split.leaked', { validation, training })}
        </Text>
      ))}
      {leakageFinding(preview, plan)?.fixable && (
        <Button size="compact-sm" variant="light" color="orange" mt="xs" onClick={onKeepApart}>
          {t(plan.kind === 'random' ? 'split.useSimilar' : 'split.leaveOut')}
        </Button>
      )}
    </Alert>
  )
}
