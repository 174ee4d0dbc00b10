/** A training worker for tests: what it does is the prompt of its first training example. */
import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { TrainingEvent, TrainingTask } from '../../electron/engine/train/trainingTask.ts'

const { trainingPath, eventsTaken } = workerData as TrainingTask
const [line = '{}'] = readFileSync(trainingPath, 'utf8').split('\n')
const { prompt } = JSON.parse(line) as { prompt?: string }
const report = (event: TrainingEvent) => parentPort?.postMessage(event)

switch (prompt) {
  case 'throw':
    throw new Error('a defect')
  case 'exit':
    process.exit(7)
    break
  case 'say nothing':
    break
  case 'repeat':
    for (const step of [1, 2, 2, 1, 3])
      report({ type: 'log', line: `step=${step} epoch=0.1 train_loss=1.5 learning_rate=1`, step })
    report({ type: 'failed', code: 'AlgorithmError', message: 'enough' })
    break
  case 'wait for the log': {
    report({ type: 'log', line: 'written' })
    const taken = new Int32Array(eventsTaken ?? new SharedArrayBuffer(4))
    const outcome = Atomics.wait(taken, 0, 0, 5000)
    const isWritten = outcome !== 'timed-out' && Atomics.load(taken, 0) === 1
    report({ type: 'failed', code: 'ClientError', message: isWritten ? 'told' : 'not told' })
    break
  }
  case 'full disk':
    report({ type: 'failed', code: 'AlgorithmError', message: 'ENOSPC: no space left on device' })
    break
  default:
    // Runs until it is told to stop.
    parentPort?.once('message', () => report({ type: 'stopped' }))
    report({ type: 'progress', step: 1, totalSteps: 100, epoch: 0.1, secondsPerStep: 1 })
}
