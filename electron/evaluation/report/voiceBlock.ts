/** Brand voice: how close both models are to the training answers, trait by trait, with phrases and examples. */
import type { Evaluation } from '../../../shared/evaluation.ts'
import type { VoiceComparison, VoicePhrase, VoiceTrait } from '../../../shared/voice.ts'
import { escapeHtml } from './escapeHtml.ts'
import { sampleBlock, sayIn, table, type Say } from './blocks.ts'
import type { ReportWords } from './reportWords.ts'
import { toSample } from './scoreBlocks.ts'

export function voiceBlock({ voice, rows }: Evaluation, words: ReportWords): string {
  if (!voice) return ''
  const say = sayIn(words)
  const percent = (value: number | null) => (value === null ? '–' : String(Math.round(100 * value)))
  const { overall } = voice
  const row = (position: number | null, key: string) => {
    const found = rows.find((one) => one.position === position)
    return found ? sampleBlock(toSample(found), words, say(`voice.${key}`)) : ''
  }
  return `<h2>${say('voice.title')}</h2>
<p class="quiet">${say('voice.note', { count: voice.trainingAnswers })}</p>
${table(
  [say('voice.trait'), say('evaluation.tuned'), say('evaluation.base'), say('voice.typical')],
  [
    ...voice.traits.map(({ trait, tuned, base, medians }) => [
      `${say(`voice.traits.${trait}`)}<br><span class="fine">${say(`voice.meaning.${trait}`)}</span>`,
      percent(tuned),
      percent(base),
      medians
        ? say(
            `${medians.base === null ? 'voice.medianAlone' : 'voice.median'}.${trait}`,
            roundedMedians(trait, medians),
          )
        : '',
    ]),
    [`<strong>${say('voice.overall')}</strong>`, percent(overall.tuned), percent(overall.base), ''],
  ],
)}
${intervalLine(overall, say)}
${phraseTable('greetings', voice.greetings, say)}
${phraseTable('closings', voice.closings, say)}
${row(voice.typicalRow, 'typicalRow')}
${row(voice.untypicalRow, 'untypicalRow')}`
}

function intervalLine({ difference, low, high }: VoiceComparison['overall'], say: Say): string {
  if (difference === null || low === null || high === null) return ''
  return `<p class="fine">${say('voice.overallInterval', {
    difference: signedPercent(difference),
    low: signedPercent(low),
    high: signedPercent(high),
  })}</p>`
}

type Medians = NonNullable<VoiceComparison['traits'][number]['medians']>

function roundedMedians(trait: VoiceTrait, medians: Medians): Record<string, string> {
  const digits = trait === 'length' ? 0 : 1
  return Object.fromEntries(
    Object.entries(medians).map(([side, value]) => [side, value?.toFixed(digits) ?? '']),
  )
}

function phraseTable(
  kind: 'greetings' | 'closings',
  phrases: readonly VoicePhrase[],
  say: Say,
): string {
  const share = (value: number | null) => (value === null ? '–' : `${Math.round(100 * value)} %`)
  const title = `<h3>${say(`voice.${kind}`)}</h3>`
  if (phrases.length === 0) return `${title}<p class="quiet">${say('voice.noPhrases')}</p>`
  return `${title}${table(
    [say('voice.phrase'), say('voice.inData'), say('evaluation.tuned'), say('evaluation.base')],
    phrases.map(({ phrase, training, tuned, base }) => [
      escapeHtml(phrase),
      share(training),
      share(tuned),
      share(base),
    ]),
  )}`
}

function signedPercent(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(0)}`
}
