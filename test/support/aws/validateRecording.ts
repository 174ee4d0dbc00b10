/** A recording (TIMBRE_RECORD_AWS) held against AWS's published service models. */
import { decodeRequest } from './decodeRequest.ts'
import { validateRequest } from './validateRequest.ts'
import type { RecordedRequest } from '../../../electron/aws/recorder.ts'

export interface RecordingReport {
  readonly requests: number
  /** By `service.Operation`: how many. */
  readonly operations: ReadonlyMap<string, number>
  /** `line 12: sagemaker.CreateTrainingJob: RoleArn is required`. */
  readonly problems: readonly string[]
  /** Requests that no model of AWS describes: MLflow's. */
  readonly undescribed: number
}

/** MLflow's own interface, behind SageMaker; and credentials of containers and machines. */
const withoutModel: ReadonlySet<string> = new Set(['sagemaker-mlflow'])

export function validateRecording(text: string): RecordingReport {
  const operations = new Map<string, number>()
  const problems: string[] = []
  let requests = 0
  let undescribed = 0
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    requests += 1
    const recorded: RecordedRequest = JSON.parse(line)
    if (recorded.signedFor !== null && withoutModel.has(recorded.signedFor)) {
      undescribed += 1
      continue
    }
    try {
      const decoded = decodeRequest({
        ...recorded,
        body: recorded.body === null ? null : Buffer.from(recorded.body),
      })
      const name = `${decoded.model.service}.${decoded.operation.name}`
      operations.set(name, (operations.get(name) ?? 0) + 1)
      problems.push(
        ...validateRequest(decoded).map((problem) => `line ${index + 1}: ${name}: ${problem}`),
      )
    } catch (error) {
      problems.push(`line ${index + 1}: ${String(error)}`)
    }
  }
  return { requests, operations, problems, undescribed }
}
