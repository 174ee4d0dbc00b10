import { Checkbox, Group, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import {
  libraryInstanceType,
  libraryMinutes,
  libraryVersion,
  type LibraryPlan,
} from '../../shared/libraryCheck.ts'
import { asReckoned, formatMoney } from '../../shared/cost.ts'
import type { EvaluationEstimate } from '../../shared/evaluationEstimate.ts'
import { workspacesQuery } from '../workspaces/queries.ts'

interface LibraryChoiceProps {
  readonly library: LibraryPlan | null
  readonly onChange: (library: LibraryPlan | null) => void
  /** Of the processing job; null while it is not asked for. */
  readonly cost: EvaluationEstimate['library']
}

/** AWS's library itself, in a processing job of an account: off, until somebody wants its numbers beside ours. */
export function LibraryChoice({ library, onChange, cost }: LibraryChoiceProps) {
  const { t, i18n } = useTranslation()
  const { data: workspaces = [] } = useQuery(workspacesQuery)
  const accounts = workspaces.flatMap((workspace) =>
    workspace.kind === 'aws' ? [{ value: workspace.id, label: workspace.name }] : [],
  )
  const [first] = accounts
  const say = (key: string, values?: Record<string, string | number>) =>
    t(`analysis:library.${key}`, values ?? {})
  const facts = {
    version: libraryVersion,
    instanceType: libraryInstanceType,
    lowMinutes: libraryMinutes.low,
    highMinutes: libraryMinutes.high,
  }
  const money = (amount: number) =>
    cost
      ? asReckoned(formatMoney(amount, cost.currency, i18n.language), cost.reckonedIn !== null)
      : ''
  const price =
    cost && cost.low !== null && cost.high !== null
      ? { low: money(cost.low), high: money(cost.high) }
      : null
  const words = !first
    ? say('noWorkspace')
    : price
      ? say('cost', { ...facts, ...price })
      : say('switchNote', facts)
  return (
    <Group align="flex-start">
      <Checkbox
        label={say('switch', facts)}
        description={words}
        checked={library !== null}
        disabled={!first}
        onChange={({ currentTarget }) =>
          onChange(currentTarget.checked && first ? { workspaceId: first.value } : null)
        }
      />
      {library && accounts.length > 1 && (
        <Select
          aria-label={t('analysis:judge.workspace')}
          value={library.workspaceId}
          data={accounts}
          allowDeselect={false}
          onChange={(workspaceId) => workspaceId && onChange({ workspaceId })}
        />
      )}
    </Group>
  )
}
