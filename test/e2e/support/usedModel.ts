/** What was done with the model of `analyzedModel.ts`: a conversation, a file that it answered, and an endpoint. */
import path from 'node:path'
import { saveBatch } from '../../../electron/db/batches.ts'
import { insertAnswer, insertTurn } from '../../../electron/db/conversations.ts'
import { openDatabase } from '../../../electron/db/database.ts'
import { insertEndpoint } from '../../../electron/db/endpoints.ts'
import { newLife } from '../../../electron/endpoints/lifeCycle.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'

const settings = { maxNewTokens: 20, temperature: 0, topP: 0.9, seed: 1 }
const speaker = { kind: 'candidate' as const, candidateId: 'pico' }
const title = 'Voice V1 · Timbre Pico (English)'

export function writeUsedModel(dataDirectory: string): void {
  const db = openDatabase(path.join(dataDirectory, 'timbre.db'))
  try {
    insertTurn(db, {
      ...{ id: 'turn', conversationId: 'talk', parentId: null, settings, askedAtMs: 1 },
      prompt: 'How do I return the lamp?',
    })
    insertAnswer(db, {
      ...{ id: 'answer', turnId: 'turn', position: 0, speaker, title, rating: null },
      text: 'Happy to help! Send it back within 30 days.',
      ...{ tokenCount: 9, firstTokenMs: 12, tokensPerSecond: 30, finishReason: 'eos_token' },
      answeredAtMs: 2,
    })
    saveBatch(db, {
      ...{ id: 'batch', speaker, title, column: 'question', settings, transform: null },
      ...{ datasetId: 'dataset-1', datasetName: 'Open questions', contentSha256: 'a'.repeat(64) },
      ...{ status: 'Completed', rowCount: 4, doneCount: 4, failedCount: 0, failure: null },
      ...{ createdAtMs: 1, endedAtMs: 2 },
    })
    // Not seen at the engine yet, so that no look finds it gone.
    const life = { ...newLife(null, { hasComponent: false }), wasSeen: false }
    insertEndpoint(db, { endpoint, life, modelKey: modelUri, isClean: false })
  } finally {
    db.close()
  }
}

const modelUri = 's3://bucket/pico/model.tar.gz'
const endpoint: Endpoint = {
  ...{ name: 'timbre-shop', workspaceId: 'local', region: 'us-east-1', title },
  arn: 'arn:aws:sagemaker:us-east-1:000000000000:endpoint/timbre-shop',
  ...{ purpose: 'production', status: 'InService', reason: null, failure: null },
  ...{ isRemoving: false, idleMinutes: null, deadlineMs: null, isGuarded: false },
  ...{ createdAtMs: 1, inServiceAtMs: 2, usedAtMs: null, goneAtMs: null },
  ...{ scaling: null, isScaled: false, scalingFailure: null, machines: [] },
  price: { perHour: 0, currency: 'USD', reckonedIn: null },
  revisions: [
    {
      ...{ configName: 'timbre-shop', createdAtMs: 1 },
      ...{ dataCapture: null, asyncOutputUri: null, componentName: null },
      variants: [
        {
          ...{ name: 'AllTraffic', modelName: 'timbre-shop', candidateId: 'pico', title },
          ...{ modelUri, image: 'timbre', instanceType: 'ml.m5.large', instanceCount: 1 },
          ...{ weight: 1, environment: {}, downloadSeconds: null, startSeconds: null },
          machineImage: null,
        },
      ],
    },
  ],
}
