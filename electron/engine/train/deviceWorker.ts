/** Thread entry: probes the device of the DeviceQuestion given as workerData and posts a DeviceTrial. */
import { parentPort, workerData } from 'node:worker_threads'
import type { ExecutionProvider } from '../graph/session.ts'
import { probeDevice } from './deviceProbe.ts'

/** The workerData. */
export interface DeviceQuestion {
  readonly provider: ExecutionProvider
  readonly threads: number
}

if (!parentPort) throw new Error('deviceWorker runs as a worker thread.')
const { provider, threads } = workerData as DeviceQuestion
parentPort.postMessage(await probeDevice(provider, threads))
