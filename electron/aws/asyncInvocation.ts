/** Asks an endpoint that puts its answers into S3, and waits for the answer there. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { InvokeEndpointAsyncCommand } from '@aws-sdk/client-sagemaker-runtime'
import { AppError } from '../../shared/errors.ts'
import type { GenerationSettings } from '../../shared/playground.ts'
import { requestBody } from './endpoints.ts'
import { withAwsErrors } from './errors.ts'
import { parseWholeAnswer, type GeneratedPiece } from './generatedText.ts'
import { putTextOnce, readText } from './s3.ts'
import type { Connection } from './workspace.ts'

/** AWS gives a request an hour at most, and keeps it in the queue for six. */
const longestWaitMs = 6 * 3_600_000

/** Where an endpoint puts its answers; ends with a slash. */
export function asyncOutputUri(
  { bucket, prefix }: Pick<Connection, 'bucket' | 'prefix'>,
  endpointName: string,
): string {
  return `s3://${bucket}/${prefix}/async/${endpointName}/`
}

/** Where the container's refusals stand: without a place of their own nobody would hear of them. */
export function asyncFailureUri(outputUri: string): string {
  return `${outputUri}failures/`
}

/** Keys of the questions begin so. */
function requestPrefix(prefix: string): string {
  return `${prefix}/async-requests/`
}

/** Bucket and keys of questions, answers and failures, for those who ask without this program. */
export function asyncPlaces(outputUri: string, endpointName: string) {
  const [, bucket = '', answerPrefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(outputUri) ?? []
  const prefix = answerPrefix.replace(`/async/${endpointName}/`, '')
  return {
    bucket,
    requestPrefix: requestPrefix(prefix),
    answerPrefix,
    failurePrefix: asyncFailureUri(answerPrefix),
  }
}

/**
 * @param pollMs how often S3 is asked
 * @throws AppError ModelRefused with the container's words, Cancelled
 */
export async function generateLater(
  connection: Connection,
  endpointName: string,
  inputs: string,
  settings: GenerationSettings,
  signal: AbortSignal,
  pollMs: number,
): Promise<GeneratedPiece> {
  const { clients, bucket, prefix } = connection
  const key = `${requestPrefix(prefix)}${randomUUID()}.json`
  const body = requestBody(inputs, settings, false)
  await putTextOnce(connection, bucket, key, body, 'application/json')
  const { OutputLocation = '', FailureLocation } = await withAwsErrors(() =>
    clients.runtime.send(
      new InvokeEndpointAsyncCommand({
        EndpointName: endpointName,
        InputLocation: `s3://${bucket}/${key}`,
        ContentType: 'application/json',
        Accept: 'application/json',
      }),
      { abortSignal: signal },
    ),
  )
  for (let waitedMs = 0; waitedMs < longestWaitMs; waitedMs += pollMs) {
    const answer = await textOrNull(clients, OutputLocation)
    if (answer !== null) return parseWholeAnswer(answer)
    const refusal = FailureLocation ? await textOrNull(clients, FailureLocation) : null
    if (refusal !== null)
      throw new AppError('ModelRefused', refusal, { details: { message: refusal } })
    await wait(pollMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) throw new AppError('Cancelled', 'It was withdrawn')
  }
  throw new AppError('AnswerBroken', 'No answer came', { details: { message: OutputLocation } })
}

/** Null while nothing is there. */
async function textOrNull(clients: Connection['clients'], uri: string): Promise<string | null> {
  return readText(clients, uri).catch((error: unknown) => {
    // Without the permission to list, S3 calls what is missing forbidden.
    if (error instanceof AppError && ['NotFound', 'AccessDenied'].includes(error.code)) return null
    throw error
  })
}
