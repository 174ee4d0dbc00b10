import { expect, test } from 'vitest'
import { scoreAnswer } from '../../electron/evaluation/scores/scoreAnswer.ts'
import {
  evaluationPlanSchema,
  evaluationSchema,
  type EvaluationPlan,
} from '../../shared/evaluation.ts'
import { additionTo, type WishedReport } from '../../shared/evaluationAddition.ts'
import { defaultJudgePrompt, type JudgePlan } from '../../shared/judge.ts'

const judge: JudgePlan = {
  workspaceId: 'account',
  modelId: 'amazon.nova-lite-v1:0',
  prompt: defaultJudgePrompt,
}
const library = { workspaceId: 'account' }
const aPlan = (change: Partial<EvaluationPlan> = {}) => evaluationPlanSchema.parse(change)

function finished(change: Partial<EvaluationPlan> = {}) {
  const answer = scoreAnswer('On shelf 1.', 'On shelf 1.')
  return evaluationSchema.parse({
    ...{ id: 'one', candidateId: 'candidate', status: 'Completed', plan: aPlan(change) },
    ...{ sourceName: null, plannedRows: 1, availableRows: 8, seed: 10, detector: 'wordList' },
    ...{ failure: null, startedAtMs: 1, endedAtMs: 2 },
    rows: [
      { position: 0, question: 'Where?', reference: 'On shelf 1.', tuned: answer, base: answer },
    ],
    ...{ perturbed: [], stereotypes: [], judgements: [], bertScores: [], library: null },
    ...{ voice: null, answerTimes: [], ratings: {} },
  })
}

const wish = (
  change: Partial<EvaluationPlan> = {},
  more: Partial<WishedReport> = {},
): WishedReport => ({
  plan: aPlan(change),
  plannedRows: 1,
  availableRows: 8,
  detector: 'wordList',
  hasEncoder: false,
  ...more,
})

test('a judge, fmeval, spellings, stereotypes and an encoder can be added, and nothing else is lost', () => {
  for (const change of [{ judge }, { library }, { robustnessRows: 1 }, { stereotypePairs: 5 }])
    expect(additionTo(finished(), wish(change))).toEqual(aPlan(change))
  expect(additionTo(finished(), wish({}, { hasEncoder: true }))).toEqual(aPlan())
  // What is not asked for again stays.
  expect(additionTo(finished({ judge }), wish({ library }))).toEqual(aPlan({ judge, library }))
})

test('without anything new the report is made anew', () => {
  expect(additionTo(null, wish({ judge }))).toBeNull()
  expect(additionTo(finished(), wish())).toBeNull()
  expect(additionTo(finished({ judge }), wish({ judge }))).toBeNull()
  expect(additionTo({ ...finished(), status: 'Stopped' }, wish({ judge }))).toBeNull()
})

test('other answers, another judge or another classifier are another report', () => {
  const other = { ...judge, modelId: 'amazon.nova-pro-v1:0' }
  expect(additionTo(finished({ judge }), wish({ judge: other, library }))).toBeNull()
  expect(additionTo(finished(), wish({ judge, withBase: false }))).toBeNull()
  const source = { kind: 'builtIn' as const, set: 'boolq' as const }
  expect(additionTo(finished(), wish({ judge, source }))).toBeNull()
  for (const more of [{ plannedRows: 2 }, { availableRows: 9 }, { detector: 'detoxify' as const }])
    expect(additionTo(finished(), wish({ judge }, more))).toBeNull()
})
