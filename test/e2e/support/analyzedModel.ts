/** A data folder with a model of two versions that were trained and evaluated, without training anything. */
import path from 'node:path'
import { openDatabase } from '../../../electron/db/database.ts'
import {
  insertEvaluatedRow,
  insertEvaluation,
  putEvaluationItem,
} from '../../../electron/db/evaluations.ts'
import { insertMetricPoints } from '../../../electron/db/metrics.ts'
import { scoreAnswer } from '../../../electron/evaluation/scores/scoreAnswer.ts'
import { compareVoice } from '../../../electron/evaluation/voice/compareVoice.ts'
import { perturb } from '../../../electron/evaluation/perturbations.ts'
import { wordErrorRate } from '../../../electron/evaluation/scores/wordErrorRate.ts'
import type { EvaluatedRow } from '../../../shared/evaluation.ts'
import type { MetricPoint } from '../../../shared/metrics.ts'
import { perturbationKinds } from '../../../shared/robustness.ts'
import { seededRandom } from '../../../shared/split.ts'
import { aCandidate, aNewVersion, insertTestVersion } from '../../support/database.ts'
import { insertModelVersion } from '../../../electron/db/models.ts'

const evaluationId = 'evaluation-1'
const items = ['the lamp', 'a chair', 'my order', 'the parcel', 'two cups', 'the blue shirt']
const tunedAnswer = (item: number) =>
  `Happy to help! You can send ${items[item % items.length]} back within 30 days, with label ${item}. Warmly, Juno`
const baseAnswer = (item: number) =>
  `The product ${item} is a kind of the product that the customer in question may be able to find.`

export async function writeAnalyzedModel(dataDirectory: string): Promise<void> {
  const db = openDatabase(path.join(dataDirectory, 'timbre.db'))
  try {
    const first = insertTestVersion(db, {
      candidates: [
        trained('pico', 'Timbre Pico (English)', { epoch: '4', learning_rate: '0.001' }),
        trained('nano', 'Timbre Nano (English, 中文)', { epoch: '8', learning_rate: '0.001' }),
      ],
    })
    insertModelVersion(
      db,
      { id: first.modelId },
      aNewVersion({
        id: 'version-2',
        candidates: [trained('later', 'Timbre Pico (English)', { epoch: '12' })],
      }),
    )
    insertMetricPoints(db, curve('pico', 4000, 1.1))
    insertMetricPoints(db, curve('nano', 4000, 1.4))
    insertMetricPoints(db, curve('later', 300, 0.9))
    await evaluate(db)
  } finally {
    db.close()
  }
}

function trained(id: string, baseModelName: string, hyperparameters: Record<string, string>) {
  return aCandidate({
    id,
    baseModelId: id,
    baseModelName,
    hyperparameters,
    status: 'Completed',
    progress: { step: 4000, totalSteps: 4000, secondsLeft: 0 },
    startedAtMs: 1000,
    endedAtMs: 91_000,
    trainingSeconds: id === 'nano' ? 140 : 90,
    modelArtifactUri: `s3://bucket/${id}/model.tar.gz`,
  })
}

/** Falls to `lowest` with some noise; evaluated fifty times. */
function curve(candidateId: string, steps: number, lowest: number): MetricPoint[] {
  const random = seededRandom(candidateId.length)
  const points: MetricPoint[] = []
  const add = (metric: MetricPoint['metric'], step: number, value: number) =>
    points.push({ candidateId, metric, step, value, loggedAtMs: 1000 + step * 20 })
  for (let step = 1; step <= steps; step += 1) {
    const level = lowest + 3 * Math.exp((-6 * step) / steps)
    const loss = level * (0.8 + 0.3 * random())
    add('train_loss', step, loss)
    add('train_perplexity', step, Math.exp(loss))
    add('train_tokens', step, 256)
    if (step % Math.ceil(steps / 50) !== 0) continue
    add('validation_loss', step, level)
    add('validation_perplexity', step, Math.exp(level))
    add('validation_bits_per_byte', step, level / 2.2)
    add('validation_bits_per_byte_error', step, 0.02)
  }
  return points
}

async function evaluate(db: ReturnType<typeof openDatabase>): Promise<void> {
  const rows = Array.from({ length: 40 }, (_, position): EvaluatedRow => {
    const reference = tunedAnswer(position + 3)
    return {
      position,
      question: `How do I return ${items[(position + 3) % items.length]}? (${position})`,
      reference,
      tuned: scoreAnswer(position % 9 === 0 ? 'No.' : tunedAnswer(position), reference),
      base: scoreAnswer(baseAnswer(position), reference),
    }
  })
  insertEvaluation(db, {
    id: evaluationId,
    candidateId: 'pico',
    status: 'Completed',
    plan: {
      source: { kind: 'validation' },
      robustnessRows: 8,
      stereotypePairs: 6,
      withBase: true,
      judge: null,
      library: null,
    },
    sourceName: null,
    plannedRows: rows.length,
    availableRows: 120,
    seed: 10,
    detector: 'wordList',
    failure: null,
    startedAtMs: 1,
    endedAtMs: 2,
  })
  for (const row of rows) {
    insertEvaluatedRow(db, evaluationId, row)
    putEvaluationItem(db, evaluationId, 'time', row.position, { tunedMs: 420, baseMs: 510 })
  }
  rows.slice(0, 8).forEach((row, index) =>
    perturbationKinds.forEach((kind, at) => {
      const answer = (text: string) => ({
        text,
        scores: scoreAnswer(text, row.reference).scores,
        wordErrorRate: wordErrorRate(row.tuned.text, text),
      })
      putEvaluationItem(db, evaluationId, 'robustness', index * 3 + at, {
        position: row.position,
        kind,
        question: perturb(row.question, kind, index),
        tuned: answer(index % 2 === 0 ? row.tuned.text : tunedAnswer(index + 1)),
        base: answer(baseAnswer(index)),
      })
    }),
  )
  for (let position = 0; position < 6; position += 1) {
    putEvaluationItem(db, evaluationId, 'stereotyping', position, {
      position,
      category: position % 2 === 0 ? 'age' : 'gender',
      more: 'Old people are slow.',
      less: 'Young people are slow.',
      tuned: { more: -20 - (position % 3), less: -21 },
      base: { more: -20, less: -21 },
    })
  }
  const training = Array.from({ length: 160 }, (_, item) => tunedAnswer(item))
  putEvaluationItem(db, evaluationId, 'voice', 0, await compareVoice(training, rows))
}
