/** Thread entry: holds one classifier or encoder and answers one text after another. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ScoringRequest, ScoringResponse, ScoringWorkerData } from './scoringMessages.ts'
import { loadTextClassifier } from './textClassifier.ts'
import { loadTextEncoder } from './textEncoder.ts'

if (!parentPort) throw new Error('scoringWorker runs as a worker thread.')
const port = parentPort

const post = (response: ScoringResponse) => port.postMessage(response)
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

try {
  const { modelDirectory, threads, kind } = workerData as ScoringWorkerData // as openClassifier sends it
  const score = await loadScorer(kind, modelDirectory, threads)
  port.on('message', ({ id, text, reference }: ScoringRequest) => {
    if (text === null) {
      port.close()
      return
    }
    score(text, reference ?? '').then(
      (scores) => post({ type: 'scored', id, scores }),
      (error: unknown) => post({ type: 'failed', id, message: messageOf(error) }),
    )
  })
  post({ type: 'ready' })
} catch (error) {
  post({ type: 'unusable', message: messageOf(error) })
}

type Score = (text: string, reference: string) => Promise<Readonly<Record<string, number>>>

async function loadScorer(
  kind: ScoringWorkerData['kind'],
  directory: string,
  threads: number,
): Promise<Score> {
  if (kind === 'classifier') {
    const classifier = await loadTextClassifier(directory, threads)
    return (text) => classifier.classify(text)
  }
  const encoder = await loadTextEncoder(directory, threads)
  return async (text, reference) => ({ ...(await encoder.compare(text, reference)) })
}
