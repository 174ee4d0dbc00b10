import { Autocomplete, Button, Group, Select, Stack, Switch, Text, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { EvaluationEstimate } from '../../shared/evaluationEstimate.ts'
import {
  defaultJudgePrompt,
  judgeModels,
  judgePlaces,
  judgePricesAsOf,
  type JudgePlan,
} from '../../shared/judge.ts'
import { workspacesQuery } from '../workspaces/queries.ts'
import { formatCount } from '../format.ts'

interface JudgeChoiceProps {
  readonly judge: JudgePlan | null
  readonly onChange: (judge: JudgePlan | null) => void
  readonly estimate: EvaluationEstimate['judge']
}

const firstModel = judgeModels[0]?.id ?? ''

/** A language model that compares the answers: off, until somebody wants it and has seen what it costs. */
export function JudgeChoice({ judge, onChange, estimate }: JudgeChoiceProps) {
  const { t, i18n } = useTranslation()
  const { data: workspaces = [] } = useQuery(workspacesQuery)
  const say = (key: string, values?: Record<string, string | number>) =>
    t(`analysis:judge.${key}`, values ?? {})
  const accounts = workspaces.flatMap((workspace) =>
    workspace.kind === 'aws' ? [{ value: workspace.id, label: workspace.name }] : [],
  )
  const [first] = accounts
  return (
    <Stack gap="xs">
      <Switch
        label={say('switch')}
        description={say(first ? 'switchNote' : 'noWorkspace')}
        checked={judge !== null}
        disabled={!first}
        onChange={({ currentTarget }) =>
          onChange(
            currentTarget.checked && first
              ? { workspaceId: first.value, modelId: firstModel, prompt: defaultJudgePrompt }
              : null,
          )
        }
      />
      {judge && <JudgeFields judge={judge} onChange={onChange} accounts={accounts} />}
      {judge && estimate && (
        <Text size="sm" role="status">
          {say(estimate.cost === null ? 'costUnknown' : 'cost', {
            calls: formatCount(estimate.calls, i18n.language),
            input: formatCount(estimate.inputTokens, i18n.language),
            output: formatCount(estimate.outputTokens, i18n.language),
            cost: estimate.cost?.toFixed(estimate.cost < 1 ? 4 : 2) ?? '',
            date: judgePricesAsOf,
          })}
        </Text>
      )}
    </Stack>
  )
}

interface JudgeFieldsProps {
  readonly judge: JudgePlan
  readonly onChange: (judge: JudgePlan) => void
  readonly accounts: readonly { readonly value: string; readonly label: string }[]
}

function JudgeFields({ judge, onChange, accounts }: JudgeFieldsProps) {
  const { t } = useTranslation()
  const say = (key: string, values?: Record<string, string>) =>
    t(`analysis:judge.${key}`, values ?? {})
  const missing = judgePlaces.filter((place) => !judge.prompt.includes(place))
  return (
    <>
      <Group align="flex-start">
        <Select
          label={say('workspace')}
          value={judge.workspaceId}
          data={[...accounts]}
          allowDeselect={false}
          onChange={(workspaceId) => workspaceId && onChange({ ...judge, workspaceId })}
        />
        <Autocomplete
          flex="1 1 20rem"
          label={say('model')}
          description={say('modelNote')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={judge.modelId}
          data={judgeModels.map(({ id }) => id)}
          // What is there already must not hide the others.
          filter={({ options }) => options}
          onChange={(modelId) => onChange({ ...judge, modelId })}
        />
      </Group>
      <Textarea
        label={say('promptEdit')}
        description={say('promptNote')}
        error={missing.length > 0 && say('promptMissing', { places: missing.join(', ') })}
        value={judge.prompt}
        autosize
        minRows={6}
        maxRows={18}
        onChange={({ currentTarget }) => onChange({ ...judge, prompt: currentTarget.value })}
      />
      {judge.prompt !== defaultJudgePrompt && (
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => onChange({ ...judge, prompt: defaultJudgePrompt })}
          >
            {say('reset')}
          </Button>
        </Group>
      )}
    </>
  )
}
