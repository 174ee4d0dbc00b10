import { Code, Collapse, Button, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import type { Evaluation } from '../../shared/evaluation.ts'
import {
  judgeCost,
  judgePricesAsOf,
  judgeValues,
  preferenceOf,
  reasonOf,
  summarizeJudgements,
} from '../../shared/judge.ts'
import { formatCount } from '../format.ts'
import { ReportSection } from './ReportSection.tsx'
import { AnswerRow } from './RowsPanel.tsx'

/** What the language model that was asked to judge preferred, how sure that is, and what it cost. */
export function JudgePanel({ evaluation }: { evaluation: Evaluation }) {
  const { t, i18n } = useTranslation()
  const [open, { toggle }] = useDisclosure(false)
  const { judgements, plan, rows } = evaluation
  if (!plan.judge || judgements.length === 0) return null
  const { modelId, prompt } = plan.judge
  const summary = summarizeJudgements(judgements)
  const cost = judgeCost(modelId, summary)
  const say = (key: string, values?: Record<string, string | number>) =>
    t(`analysis:judge.${key}`, values ?? {})
  const examples = (['base', 'tuned'] as const).flatMap((wanted) => {
    const judgement = judgements.find((one) => preferenceOf(one) === wanted)
    const row = rows.find(({ position }) => position === judgement?.position)
    return judgement && row ? [{ wanted, row, reason: reasonOf(judgement.reasons[0]) }] : []
  })
  const used = say(cost === null ? 'usedUnpriced' : 'used', {
    input: formatCount(summary.inputTokens, i18n.language),
    output: formatCount(summary.outputTokens, i18n.language),
    cost: cost?.toFixed(4) ?? '',
    date: judgePricesAsOf,
  })
  return (
    <ReportSection title={say('title')} note={`${say('note', { model: modelId })} ${used}`}>
      <Text>
        {say(summary.winRate === null ? 'undecided' : 'result', judgeValues(summary))}{' '}
        {say('order', judgeValues(summary))}
      </Text>
      {examples.map(({ wanted, row, reason }) => (
        <AnswerRow key={wanted} row={row} label={`${say(`preferred.${wanted}`)} ${reason}`} />
      ))}
      <div>
        <Button size="compact-xs" variant="subtle" onClick={toggle} aria-expanded={open}>
          {say('prompt')}
        </Button>
        <Collapse expanded={open}>
          {/* Its lines are long; a reader should not have to scroll sideways. */}
          <Code block style={{ whiteSpace: 'pre-wrap' }}>
            {prompt}
          </Code>
        </Collapse>
      </div>
    </ReportSection>
  )
}
