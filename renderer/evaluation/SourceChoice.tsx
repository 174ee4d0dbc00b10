import { Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatBytes } from '../../shared/bytes.ts'
import type { EvaluationSource } from '../../shared/evaluation.ts'
import { builtInSetNames, type BuiltInSetName } from '../../shared/evaluationSets.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { builtInSetsQuery, datasetsQuery } from '../queries.ts'

interface SourceChoiceProps {
  readonly source: EvaluationSource
  readonly onChange: (source: EvaluationSource) => void
}

const firstSet: BuiltInSetName = 'trivia_qa'

/** Where the questions come from: what was held back, a dataset or file, or a published set. */
export function SourceChoice({ source, onChange }: SourceChoiceProps) {
  const { t } = useTranslation()
  const say = (key: string) => t(`analysis:evaluation.${key}`)
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        {say('source')}
      </Text>
      <SegmentedControl
        aria-label={say('source')}
        value={source.kind}
        data={[
          { value: 'validation', label: say('sourceValidation') },
          { value: 'dataset', label: say('sourceDataset') },
          { value: 'builtIn', label: say('sourceBuiltIn') },
        ]}
        onChange={(kind) => {
          if (kind === 'dataset') onChange({ kind, datasetId: '', sha256: '' })
          else if (kind === 'builtIn') onChange({ kind, set: firstSet })
          else onChange({ kind: 'validation' })
        }}
      />
      {source.kind === 'dataset' && <DatasetChoice source={source} onChange={onChange} />}
      {source.kind === 'builtIn' && <SetChoice set={source.set} onChange={onChange} />}
    </Stack>
  )
}

interface DatasetChoiceProps {
  readonly source: EvaluationSource & { kind: 'dataset' }
  readonly onChange: (source: EvaluationSource) => void
}

function DatasetChoice({ source, onChange }: DatasetChoiceProps) {
  const { t } = useTranslation()
  const { data: datasets } = useQuery(datasetsQuery)
  const choose = (datasetId: string) => onChange({ kind: 'dataset', datasetId, sha256: '' })
  const add = useMutation({
    mutationFn: () => invoke('dataset.choose'),
    onSuccess: (added) => added && choose(added.id),
    onError: showError,
  })
  return (
    <Group align="flex-end">
      <Select
        label={t('analysis:evaluation.dataset')}
        value={source.datasetId || null}
        data={(datasets ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(id) => id && choose(id)}
      />
      <Button variant="default" loading={add.isPending} onClick={() => add.mutate()}>
        {t('analysis:evaluation.addFile')}
      </Button>
    </Group>
  )
}

interface SetChoiceProps {
  readonly set: BuiltInSetName
  readonly onChange: (source: EvaluationSource) => void
}

function SetChoice({ set, onChange }: SetChoiceProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data: sets } = useQuery(builtInSetsQuery)
  const size = sets?.find(({ name }) => name === set)?.sizeBytes ?? null
  const fetchIt = useMutation({
    mutationFn: (how: 'download' | 'choose') => invoke(`evaluationSet.${how}`, { name: set }),
    onSuccess: (listed) => listed && client.setQueryData(builtInSetsQuery.queryKey, listed),
    onError: showError,
  })
  const say = (key: string) => t(`analysis:evaluation.${key}`)
  return (
    <>
      <Group align="flex-end">
        <Select
          label={say('sets')}
          value={set}
          data={[...builtInSetNames]}
          allowDeselect={false}
          onChange={(name) => {
            const chosen = builtInSetNames.find((known) => known === name)
            if (chosen) onChange({ kind: 'builtIn', set: chosen })
          }}
        />
        {size === null && (
          <Button loading={fetchIt.isPending} onClick={() => fetchIt.mutate('download')}>
            {say('setDownload')}
          </Button>
        )}
        <Button
          variant="default"
          loading={fetchIt.isPending}
          onClick={() => fetchIt.mutate('choose')}
        >
          {say('setChoose')}
        </Button>
        <Text size="sm">{size === null ? say('setMissing') : formatBytes(size)}</Text>
      </Group>
      <Text size="sm" c="dimmed">
        {say('setNote')}
      </Text>
    </>
  )
}
