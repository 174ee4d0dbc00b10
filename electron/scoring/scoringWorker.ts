/** Thread entry: holds one classifier and answers one text after another. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ScoringRequest, ScoringResponse, ScoringWorkerData } from './scoringMessages.ts'
import { loadTextClassifier } from './textClassifier.ts'

if (!parentPort) throw new Error('scoringWorker runs as a worker thread.')
const port = parentPort

const post = (response: ScoringResponse) => port.postMessage(response)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

try {
  const { modelDirectory, threads } = workerData as ScoringWorkerData // as openClassifier sends it
  const classifier = await loadTextClassifier(modelDirectory, threads)
  port.on('message', ({ id, text }: ScoringRequest) => {
    if (text === null) {
      port.close()
      return
    }
    classifier.classify(text).then(
      (scores) => post({ type: 'scored', id, scores }),
      (error: unknown) => post({ type: 'failed', id, message: messageOf(error) }),
    )
  })
  post({ type: 'ready' })
} catch (error) {
  post({ type: 'unusable', message: messageOf(error) })
}
