/**
 * ONNX Runtime's official builds report sessions and models to Microsoft unless this variable is set before its
 * environment is created (onnxruntime 1.29 and later, all systems but Windows). What people do with their data here
 * stays here.
 */
import { isMainThread } from 'node:worker_threads'

const variable = 'ORT_DISABLE_TELEMETRY'

/**
 * Must run in the main thread before a worker is started: a worker's process.env is a copy that native code does not
 * see. Throws in a worker whose parent has not done so.
 */
export function forbidTelemetry(): void {
  if (isMainThread) process.env[variable] = '1'
  else if (process.env[variable] !== '1')
    throw new Error(`${variable} must be set by the main thread before a worker computes.`)
}
