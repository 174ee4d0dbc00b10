/** The evaluation in the report: the verdict and what it means first, then every part with what it rests on. */
import {
  adviceSentence,
  hasReferences,
  sourceKey,
  summarySentences,
  verdictSentence,
} from '../../../shared/evaluationSentences.ts'
import { maxTokensOfEvaluation, type Evaluation } from '../../../shared/evaluation.ts'
import { sayIn, saySentence, type Say } from './blocks.ts'
import { bertScoreBlock } from './bertScoreBlock.ts'
import { judgeBlock } from './judgeBlock.ts'
import { libraryBlock } from './libraryBlock.ts'
import { ratingBlock } from './ratingBlock.ts'
import type { ReportWords } from './reportWords.ts'
import { robustnessBlock } from './robustnessBlock.ts'
import { scoreBlocks } from './scoreBlocks.ts'
import { stereotypingBlock } from './stereotypingBlock.ts'
import { toxicityBlock } from './toxicityBlock.ts'
import { voiceBlock } from './voiceBlock.ts'

export function evaluationSection(
  evaluation: Evaluation | null,
  template: string,
  words: ReportWords,
): string {
  if (!evaluation || evaluation.rows.length === 0) return ''
  const say = sayIn(words)
  const facts = factsParagraph(evaluation, template, say)
  return `${lead(evaluation, say)}
${facts}
${voiceBlock(evaluation, words)}
${hasReferences(evaluation) ? scoreBlocks(evaluation, facts, words) : `<p>${say('evaluation.noReferences')}</p>`}
${hasReferences(evaluation) ? bertScoreBlock(evaluation, words) : ''}
${toxicityBlock(evaluation, facts, words)}
${robustnessBlock(evaluation, words)}
${stereotypingBlock(evaluation, words)}
${ratingBlock(evaluation, words)}
${judgeBlock(evaluation, words)}
${libraryBlock(evaluation, words)}`
}

function lead(evaluation: Evaluation, say: Say): string {
  const verdict = verdictSentence(evaluation)
  const advice = adviceSentence(evaluation)
  const { rows, plannedRows, status } = evaluation
  return `<section class="lead">
<p class="verdict">${verdict ? saySentence(say, verdict) : say('evaluation.noReferences')}</p>
${advice ? `<p>${saySentence(say, advice)}</p>` : ''}
<ul>${summarySentences(evaluation)
    .map((sentence) => `<li>${saySentence(say, sentence)}</li>`)
    .join('')}</ul>
${status === 'Completed' ? '' : `<p>${say('evaluation.stopped', { done: rows.length, planned: plannedRows })}</p>`}
</section>
${evaluation.plan.withBase ? `<p class="quiet">${say('evaluation.verdictRule')}</p>` : ''}`
}

/** The data, how it was sampled, and the prompt. */
function factsParagraph(evaluation: Evaluation, template: string, say: Say): string {
  const { rows, availableRows, seed, sourceName } = evaluation
  const source = say(sourceKey(evaluation).replace('analysis:', ''), { name: sourceName ?? '' })
  return `<p class="fine">${say('evaluation.facts', {
    count: rows.length,
    available: availableRows,
    source: '\u0000',
    seed,
    tokens: maxTokensOfEvaluation,
  }).replace('\u0000', source)} ${say('evaluation.templateFact', { template })}</p>`
}
