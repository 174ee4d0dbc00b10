/** MLflow's REST interface, as far as curves need it. No service model of AWS describes it. */
import type { DoubleContext } from './doubleContext.ts'
import { lossAt, stateOf } from './jobStore.ts'
import { ServiceFailure } from './serviceFailure.ts'
import type { WireRequest } from './wireRequest.ts'

const pageSize = 25

export function answerMlflow(context: DoubleContext, request: WireRequest): unknown {
  if (!request.headers['x-mlflow-sm-tracking-server-arn'])
    throw new ServiceFailure('PERMISSION_DENIED', 'The tracking server is not named.', 403)
  const query = new Map(request.query)
  const job = context.jobs.all.find(
    ({ kind, innerId }) => kind === 'training' && innerId === query.get('run_id'),
  )
  if (!job) throw new ServiceFailure('RESOURCE_DOES_NOT_EXIST', 'The run does not exist.', 404)
  const { step, trainingStartedAtMs } = stateOf(job, context.now())
  const perEpoch = Math.max(1, Math.round(job.plannedSteps / job.epochs))
  const point = (key: string, at: number) => ({
    key,
    value: lossAt(job, at, key === 'total_loss' ? 'train' : 'eval'),
    timestamp: (trainingStartedAtMs ?? 0) + at * 4000,
    step: at,
  })
  const series: Readonly<Record<string, number[]>> = {
    total_loss: Array.from({ length: step }, (_, index) => index + 1),
    val_loss: Array.from(
      { length: Math.floor(step / perEpoch) },
      (_, index) => (index + 1) * perEpoch,
    ),
  }
  if (request.path === '/api/2.0/mlflow/runs/get')
    return {
      run: {
        info: { run_id: job.innerId, status: 'RUNNING' },
        data: {
          metrics: Object.entries(series).flatMap(([key, steps]) => {
            const last = steps.at(-1)
            return last === undefined ? [] : [point(key, last)]
          }),
        },
      },
    }
  if (request.path === '/api/2.0/mlflow/metrics/get-history') {
    const key = query.get('metric_key') ?? ''
    const steps = series[key] ?? []
    const start = Number(query.get('page_token') ?? 0)
    const end = start + Math.min(pageSize, Number(query.get('max_results') ?? pageSize))
    return {
      metrics: steps.slice(start, end).map((at) => point(key, at)),
      ...(end < steps.length ? { next_page_token: String(end) } : {}),
    }
  }
  throw new ServiceFailure('ENDPOINT_NOT_FOUND', `There is no ${request.path}.`, 404)
}
