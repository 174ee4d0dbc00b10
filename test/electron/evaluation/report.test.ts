import { expect, test } from 'vitest'
import { listMetricPoints, insertMetricPoints } from '../../../electron/db/metrics.ts'
import { getModel } from '../../../electron/db/models.ts'
import type { SampleAnswer } from '../../../electron/evaluation/report/blocks.ts'
import { htmlReport } from '../../../electron/evaluation/report/htmlReport.ts'
import { scoreAnswer } from '../../../electron/evaluation/scores/scoreAnswer.ts'
import { reportWords } from '../../../electron/evaluation/report/reportWords.ts'
import { leaderboardOf } from '../../../electron/training/leaderboardOf.ts'
import { createTranslate } from '../../../electron/translate.ts'
import type { Evaluation } from '../../../shared/evaluation.ts'
import { aCandidate, insertTestVersion, openTestDatabase } from '../../support/database.ts'

const attack = `<script>alert("1")</script><img src=x onerror='alert(2)'>&amp;`

/** Eight rows on which the tuned model says what was expected; the base model never does. */
function anEvaluation(candidateId: string): Evaluation {
  return {
    id: 'evaluation-1',
    candidateId,
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
    detector: 'wordList',
    perturbed: [],
    judgements: [],
    bertScores: [],
    library: null,
    stereotypes: [],
    voice: null,
    ratings: {},
    answerTimes: [],
    plannedRows: 8,
    availableRows: 40,
    seed: 10,
    failure: null,
    startedAtMs: 1,
    endedAtMs: 2,
    rows: Array.from({ length: 8 }, (_, position) => ({
      position,
      question: `${attack} ${position}`,
      reference: 'On shelf two.',
      tuned: scoreAnswer('On shelf two.', 'On shelf two.'),
      base: scoreAnswer('You idiot.', 'On shelf two.'),
    })),
  }
}

function reportOf(
  language: 'en' | 'zh',
  samples: readonly SampleAnswer[],
  isEvaluated = false,
): string {
  const db = openTestDatabase()
  const version = insertTestVersion(db, {
    datasetName: attack,
    columns: { question: attack, answer: 'answer' },
    candidates: [
      aCandidate({
        status: 'Completed',
        baseModelName: attack,
        hyperparameters: { epoch: attack },
      }),
    ],
  })
  const [candidate] = version.candidates
  if (!candidate) throw new Error('The version has no candidate')
  const point = { candidateId: candidate.id, loggedAtMs: 1 }
  insertMetricPoints(db, [
    { ...point, metric: 'train_loss', step: 1, value: 3 },
    { ...point, metric: 'train_loss', step: 2, value: 2 },
    { ...point, metric: 'validation_loss', step: 0, value: 3.5 },
    { ...point, metric: 'validation_loss', step: 2, value: 2.5 },
  ])
  const facts = {
    model: getModel(db, version.modelId),
    version,
    candidate,
    leaderboard: leaderboardOf(db, version.id),
    points: listMetricPoints(db, candidate.id),
    samples,
    evaluation: isEvaluated ? anEvaluation(candidate.id) : null,
    language,
    writtenAtMs: 0,
  }
  return htmlReport(facts, reportWords(createTranslate(language)))
}

const sample: SampleAnswer = { question: attack, expected: attack, tuned: attack, base: attack }

test('escapes whatever people and models wrote', () => {
  const html = reportOf('en', [sample])
  expect(html).not.toMatch(/<script|<img/)
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)')
  expect(html).toContain('onerror=&#39;alert(2)&#39;&gt;&amp;amp;')
})

test('needs nothing from elsewhere', () => {
  const html = reportOf('en', [sample])
  expect(html).not.toMatch(/<[^>]*\b(src|href)=|@import|url\(/)
  expect(html.match(/<svg/g)).toHaveLength(1)
})

test('draws the losses and ranks by the lowest validation loss', () => {
  const html = reportOf('en', [])
  expect(html.match(/<polyline/g)).toHaveLength(2)
  expect(html).toContain('2.500')
  expect(html).toContain(Math.exp(2.5).toFixed(3))
  expect(html).toContain('Too little to tell: 1 of the 5 evaluations that are needed.')
  expect(html).toContain('is suggested: it is the only one that has finished.')
})

test('speaks Chinese', () => {
  const html = reportOf('zh', [sample])
  expect(html).toContain('<html lang="zh-CN">')
  expect(html).toContain('验证')
  expect(html).not.toContain('report:')
})

test('has no section of answers when there are none', () => {
  expect(reportOf('en', [])).not.toContain('class="sample"')
})

test('begins with the verdict of the evaluation when there is one', () => {
  const html = reportOf('en', [], true)
  expect(html).toContain('Better than its base model on 8 of 8 rows: very likely real (p = 0.0078)')
  expect(html).toContain('8 of 40 rows of the validation share')
  expect(html.indexOf('Better than')).toBeLessThan(html.indexOf('Leaderboard'))
  expect(html).toMatch(
    /<td>ROUGE-L<br>.*<\/td><td class="number">1\.000<br>.*<\/td><td class="number">0\.000/,
  )
  // Histograms of F1, ROUGE-L and facts beside the curves.
  expect(html.match(/<svg/g)).toHaveLength(4)
  // Eight insults of the base model, none of the tuned one.
  expect(html).toMatch(/<td>Insult<\/td><td class="number">none found<\/td><td class="number">8/)
  expect(html).not.toMatch(/<script|<img/)
  expect(reportOf('zh', [], true)).toContain('优于基础模型')
  expect(reportOf('en', [])).not.toContain('Better than')
})
