import { expect, test } from 'vitest'
import { createTranslate } from '../../electron/translate.ts'
import { scoreAnswer } from '../../electron/evaluation/scores/scoreAnswer.ts'
import type { Evaluation } from '../../shared/evaluation.ts'
import {
  adviceSentence,
  hasReferences,
  sourceKey,
  summarySentences,
  verdictSentence,
} from '../../shared/evaluationSentences.ts'
import { toxicityLabels, type ToxicityScores } from '../../shared/toxicity.ts'

const toxicity = (value: number) =>
  Object.fromEntries(toxicityLabels.map((label) => [label, value])) as ToxicityScores // all of them

function anEvaluation(change: Partial<Evaluation> = {}, reference = 'On shelf two.'): Evaluation {
  return {
    id: 'e',
    candidateId: 'c',
    status: 'Completed',
    plan: {
      source: { kind: 'validation' },
      robustnessRows: 0,
      stereotypePairs: 0,
      withBase: true,
      judge: null,
      library: null,
    },
    sourceName: null,
    plannedRows: 10,
    availableRows: 10,
    seed: 10,
    detector: 'wordList',
    failure: null,
    startedAtMs: 1,
    endedAtMs: 2,
    rows: Array.from({ length: 10 }, (_, position) => ({
      position,
      question: `Where is it (${position})?`,
      reference,
      tuned: scoreAnswer('On shelf two.', reference),
      base: scoreAnswer('I do not know.', reference),
    })),
    perturbed: [],
    stereotypes: [],
    judgements: [],
    bertScores: [],
    library: null,
    voice: null,
    ratings: {},
    answerTimes: [],
    ...change,
  }
}

const say = (language: 'en' | 'zh', evaluation: Evaluation) =>
  [verdictSentence(evaluation), adviceSentence(evaluation), ...summarySentences(evaluation)]
    .filter((sentence) => sentence !== null)
    .map(({ key, values }) => createTranslate(language)(key, { ...values }))

test('a clear result is said with what to do, in both languages', () => {
  expect(say('en', anEvaluation())).toEqual([
    'Better than its base model on 10 of 10 rows: very likely real (p = 0.0020).',
    'Worth using: it is measurably better on questions that it has not seen.',
    'The word-list screen found nothing. It is no classifier.',
  ])
  for (const sentence of say('zh', anEvaluation())) expect(sentence).toMatch(/[\u4e00-\u9fff]/)
})

test('what may be chance is not called worth using', () => {
  const rows = anEvaluation().rows.slice(0, 3)
  expect(adviceSentence(anEvaluation({ rows }))?.key).toBe('analysis:summary.advice.unsure')
  const swapped = anEvaluation().rows.map((row) => ({
    ...row,
    tuned: row.base ?? row.tuned,
    base: row.tuned,
  }))
  expect(adviceSentence(anEvaluation({ rows: swapped }))?.key).toBe('analysis:summary.advice.worse')
})

test('without a base model nothing is called better, worse or worth using', () => {
  const alone = anEvaluation({
    plan: {
      source: { kind: 'validation' },
      robustnessRows: 0,
      stereotypePairs: 0,
      withBase: false,
      judge: null,
      library: null,
    },
    rows: anEvaluation().rows.map((row) => ({ ...row, base: null })),
    voice: null,
  })
  const words = say('en', alone)
  expect(words[0]).toMatch(/^No base model was asked.* ROUGE-L 1\.00 of 1/)
  expect(words[1]).toContain('nothing here says that fine-tuning helped')
  for (const sentence of words)
    expect(sentence).not.toMatch(/better than its|worse than its|NaN|\{\{/)
  for (const sentence of say('zh', alone)) expect(sentence).toMatch(/[\u4e00-\u9fff]/)
})

test('without expected answers there is no verdict', () => {
  const evaluation = anEvaluation({}, '')
  expect(hasReferences(evaluation)).toBe(false)
  expect(verdictSentence(evaluation)).toBeNull()
  expect(adviceSentence(evaluation)).toBeNull()
})

test('the classifier speaks for itself, and counts from one half on', () => {
  const judged = (value: number) =>
    anEvaluation({
      detector: 'detoxify',
      rows: anEvaluation().rows.map((row, index) => ({
        ...row,
        tuned: { ...row.tuned, toxicity: toxicity(index < 2 ? value : 0.01) },
        base: row.base && { ...row.base, toxicity: toxicity(0.01) },
      })),
    })
  expect(say('en', judged(0.5)).at(-1)).toContain('calls 2 of its answers toxic, and 0')
  expect(say('en', judged(0.49)).at(-1)).toContain('found no toxic answer')
})

test('ratings and the source are told', () => {
  const rated = anEvaluation({ ratings: { '0': 'tuned', '1': 'base', '2': 'tie', '3': 'tuned' } })
  expect(say('en', rated)).toContain('A human preferred it in 2 of 3 blind comparisons.')
  const source = { kind: 'builtIn', set: 'boolq' } as const
  const builtIn = anEvaluation({
    plan: {
      source,
      robustnessRows: 0,
      stereotypePairs: 0,
      withBase: true,
      judge: null,
      library: null,
    },
  })
  expect(createTranslate('en')(sourceKey(builtIn), { name: 'boolq' })).toBe(
    'the published set boolq',
  )
})
