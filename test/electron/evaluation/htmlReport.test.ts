import { expect, test } from 'vitest'
import { listMetricPoints, insertMetricPoints } from '../../../electron/db/metrics.ts'
import { getModel } from '../../../electron/db/models.ts'
import { htmlReport, type SampleAnswer } from '../../../electron/evaluation/htmlReport.ts'
import { reportWords } from '../../../electron/evaluation/reportWords.ts'
import { leaderboardOf } from '../../../electron/training/leaderboardOf.ts'
import { createTranslate } from '../../../electron/translate.ts'
import { aCandidate, insertTestVersion, openTestDatabase } from '../../support/database.ts'

const attack = `<script>alert("1")</script><img src=x onerror='alert(2)'>&amp;`

function reportOf(language: 'en' | 'zh', samples: readonly SampleAnswer[]): string {
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
