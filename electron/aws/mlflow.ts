/**
 * The curves of serverless jobs, from MLflow's REST interface behind SageMaker. No client of AWS speaks it, so requests are
 * signed here; they go the way that SageMaker's own calls go, through the same proxy and with the same certificates.
 * @see https://github.com/aws/sagemaker-mlflow
 */
import { Sha256 } from '@aws-crypto/sha256-js'
import { HttpRequest } from '@smithy/protocol-http'
import { SignatureV4 } from '@smithy/signature-v4'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import type { AwsClients } from './clients.ts'
import { fromSdkError } from './errors.ts'

export interface MlflowPoint {
  readonly key: string
  readonly step: number
  readonly value: number
  readonly atMs: number
}

const metric = z.looseObject({
  key: z.string(),
  // MLflow writes what JSON has no number for as text.
  value: z.union([z.number(), z.string()]),
  timestamp: z.coerce.number().default(0),
  step: z.coerce.number().default(0),
})
const runSchema = z.looseObject({
  run: z.looseObject({ data: z.looseObject({ metrics: z.array(metric).default([]) }).optional() }),
})
const historySchema = z.looseObject({
  metrics: z.array(metric).default([]),
  next_page_token: z.string().optional(),
})

/** @returns the keys of the run's metrics */
export async function listMlflowMetrics(
  clients: AwsClients,
  trackingArn: string,
  runId: string,
): Promise<string[]> {
  const answer = await get(clients, trackingArn, '/api/2.0/mlflow/runs/get', { run_id: runId })
  const { run } = runSchema.parse(answer)
  return (run.data?.metrics ?? []).map(({ key }) => key)
}

/** All points of one metric. */
export async function readMlflowHistory(
  clients: AwsClients,
  trackingArn: string,
  runId: string,
  key: string,
): Promise<MlflowPoint[]> {
  const points: MlflowPoint[] = []
  let pageToken: string | undefined
  do {
    const answer = await get(clients, trackingArn, '/api/2.0/mlflow/metrics/get-history', {
      run_id: runId,
      metric_key: key,
      max_results: '25000',
      ...(pageToken === undefined ? {} : { page_token: pageToken }),
    })
    const page = historySchema.parse(answer)
    for (const { step, value, timestamp } of page.metrics) {
      const number = Number(value)
      if (Number.isFinite(number))
        points.push({ key, step, value: number, atMs: Math.round(timestamp) })
    }
    pageToken = page.next_page_token
  } while (pageToken)
  return points
}

async function get(
  clients: AwsClients,
  trackingArn: string,
  path: string,
  query: Record<string, string>,
): Promise<unknown> {
  const { config } = clients.sageMaker
  const region = await config.region()
  const custom = clients.customEndpoint === null ? null : new URL(clients.customEndpoint)
  const hostname = custom?.hostname ?? `${region}.experiments.sagemaker.aws`
  const request = new HttpRequest({
    method: 'GET',
    protocol: custom?.protocol ?? 'https:',
    hostname,
    ...(custom?.port ? { port: Number(custom.port) } : {}),
    path,
    query,
    headers: {
      host: custom?.host ?? hostname,
      'x-mlflow-sm-tracking-server-arn': trackingArn,
    },
  })
  try {
    const signer = new SignatureV4({
      service: 'sagemaker-mlflow',
      region,
      credentials: config.credentials,
      sha256: Sha256,
      applyChecksum: true,
    })
    const signed = HttpRequest.clone((await signer.sign(request)) as HttpRequest) // it signs what it is given
    const { response } = await config.requestHandler.handle(signed)
    const chunks: Uint8Array[] = []
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString('utf8')
    if (response.statusCode >= 300) throw refusalOf(response.statusCode, text)
    return JSON.parse(text)
  } catch (error) {
    throw fromSdkError(error)
  }
}

function refusalOf(status: number, text: string): AppError {
  const details = { message: text.slice(0, 1000) }
  if (status === 404) return new AppError('NotFound', text, { details })
  if (status === 401 || status === 403) return new AppError('AccessDenied', text, { details })
  if (status === 429) return new AppError('Throttled', text, { details, retryable: true })
  return new AppError('Internal', text, { details, retryable: status >= 500 })
}
