/** What the language model that was asked to judge preferred, how sure that is, and what it cost. */
import type { Evaluation } from '../../../shared/evaluation.ts'
import {
  judgeCost,
  judgePricesAsOf,
  judgeValues,
  preferenceOf,
  reasonOf,
  summarizeJudgements,
} from '../../../shared/judge.ts'
import { escapeHtml } from './escapeHtml.ts'
import { sampleBlock, sayIn } from './blocks.ts'
import type { ReportWords } from './reportWords.ts'
import { toSample } from './scoreBlocks.ts'

export function judgeBlock({ judgements, plan, rows }: Evaluation, words: ReportWords): string {
  if (!plan.judge || judgements.length === 0) return ''
  const say = sayIn(words)
  const { modelId, prompt } = plan.judge
  const summary = summarizeJudgements(judgements)
  const cost = judgeCost(modelId, summary)
  const examples = (['base', 'tuned'] as const).flatMap((wanted) => {
    const judgement = judgements.find((one) => preferenceOf(one) === wanted)
    const row = rows.find(({ position }) => position === judgement?.position)
    if (!judgement || !row) return []
    const label = `${say(`judge.preferred.${wanted}`)} ${escapeHtml(reasonOf(judgement.reasons[0]))}`
    return [sampleBlock(toSample(row), words, label)]
  })
  return `<h2>${say('judge.title')}</h2>
<p>${say(summary.winRate === null ? 'judge.undecided' : 'judge.result', judgeValues(summary))} ${say('judge.order', judgeValues(summary))}</p>
<p class="quiet">${say('judge.note', { model: modelId })} ${say(
    cost === null ? 'judge.usedUnpriced' : 'judge.used',
    {
      input: summary.inputTokens,
      output: summary.outputTokens,
      cost: cost?.toFixed(4) ?? '',
      date: judgePricesAsOf,
    },
  )}</p>
${examples.join('\n')}
<details><summary>${say('judge.prompt')}</summary><pre>${escapeHtml(prompt)}</pre></details>`
}
