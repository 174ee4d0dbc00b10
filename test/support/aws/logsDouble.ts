/** CloudWatch Logs of the training jobs: what their containers have printed by now. */
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { lossAt, stateOf, type DoubleJob } from './jobStore.ts'
import { ServiceFailure } from './serviceFailure.ts'

type Input = Readonly<Record<string, unknown>>

const mostEvents = 10_000

export const logsDouble: ServiceDouble = {
  DescribeLogStreams: (context, input) => {
    requireGroup(context, input)
    const prefix = String(input['logStreamNamePrefix'] ?? '')
    if (input['orderBy'] === 'LastEventTime' && prefix !== '')
      throw new ServiceFailure(
        'InvalidParameterException',
        'Cannot order by LastEventTime with a logStreamNamePrefix.',
      )
    return {
      logStreams: streams(context)
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ name, job }) => ({ logStreamName: name, creationTime: job.createdAtMs })),
    }
  },
  GetLogEvents: (context, input) => {
    requireGroup(context, input)
    const stream = streams(context).find(({ name }) => name === input['logStreamName'])
    if (!stream)
      throw new ServiceFailure(
        'ResourceNotFoundException',
        'The specified log stream does not exist.',
      )
    const events = linesOf(stream.job, context.now())
    const start = Number(/^f\/(\d+)$/.exec(String(input['nextToken'] ?? ''))?.[1] ?? 0)
    const page = events.slice(start, start + Number(input['limit'] ?? mostEvents))
    return {
      events: page.map(({ atMs, message }) => ({ timestamp: atMs, message, ingestionTime: atMs })),
      nextForwardToken: `f/${start + page.length}`,
      nextBackwardToken: `b/${start}`,
    }
  },
  FilterLogEvents: (context, input) => {
    requireGroup(context, input)
    const prefix = String(input['logStreamNamePrefix'] ?? '')
    const pattern = String(input['filterPattern'] ?? '').replaceAll('"', '')
    return {
      events: streams(context)
        .filter(({ name }) => name.startsWith(prefix))
        .flatMap(({ name, job }) =>
          linesOf(job, context.now())
            .filter(({ message }) => message.includes(pattern))
            .map(({ atMs, message }, index) => ({
              logStreamName: name,
              timestamp: atMs,
              message,
              ingestionTime: atMs,
              eventId: `${job.innerId}-${index}`,
            })),
        ),
    }
  },
}

/** The group is made by the first container that prints. */
function requireGroup(context: DoubleContext, input: Input): void {
  if (input['logGroupName'] !== '/aws/sagemaker/TrainingJobs' || streams(context).length === 0)
    throw new ServiceFailure('ResourceNotFoundException', 'The specified log group does not exist.')
}

function streams({ jobs, now }: DoubleContext): { name: string; job: DoubleJob }[] {
  return jobs.all
    .filter(({ kind }) => kind !== 'customization')
    .filter((job) => stateOf(job, now()).trainingStartedAtMs !== null)
    .map((job) => ({
      name: `${job.kind === 'autoML' ? job.innerId : job.name}/algo-1-${Math.floor(job.createdAtMs / 1000)}`,
      job,
    }))
}

interface Line {
  readonly atMs: number
  readonly message: string
}

function linesOf(job: DoubleJob, nowMs: number): Line[] {
  const { step } = stateOf(job, nowMs)
  const { fromMs, toMs } = job.timeline.training
  const begin = job.createdAtMs + fromMs
  const perStep = (toMs - fromMs) / Math.max(1, job.plannedSteps * job.timeline.share)
  const perEpoch = Math.max(1, Math.round(job.plannedSteps / job.epochs))
  const style = styleOf(job)
  const lines: Line[] = [
    {
      atMs: begin,
      message: 'bash: cannot set terminal process group (-1): Inappropriate ioctl for device',
    },
    { atMs: begin, message: `INFO:root:Training on ${job.rowCount} examples` },
  ]
  for (let made = 1; made <= step; made += 1) {
    const atMs = Math.round(begin + made * perStep)
    const isEpochEnd = made % perEpoch === 0
    const epoch = Math.ceil(made / perEpoch)
    if (style === 'steps') {
      // A progress bar and its figures arrive as one message.
      lines.push({
        atMs,
        message: `${made}/${job.plannedSteps} [00:10<01:00]\r{'loss': ${lossAt(job, made, 'train').toFixed(4)}, 'learning_rate': 9.5e-05, 'epoch': ${(made / perEpoch).toFixed(2)}}`,
      })
      if (isEpochEnd)
        lines.push({
          atMs,
          message: `{'eval_loss': ${lossAt(job, made, 'eval').toFixed(4)}, 'eval_runtime': 1.2, 'epoch': ${epoch}.0}`,
        })
    } else if (style === 'epochs' && isEpochEnd) {
      const loss = lossAt(job, made, 'eval')
      lines.push({
        atMs,
        message: ` eval_ppl=tensor(${Math.exp(loss).toFixed(4)}, device='cuda:0') eval_epoch_loss=tensor(${loss.toFixed(4)}, device='cuda:0')`,
      })
      lines.push({
        atMs,
        message: `Epoch ${epoch}: train_perplexity=${Math.exp(lossAt(job, made, 'train')).toFixed(4)}, train_epoch_loss=${lossAt(job, made, 'train').toFixed(4)}, epoch time 12.3s`,
      })
    }
  }
  const state = stateOf(job, nowMs)
  if (state.current.status === 'Failed' && job.timeline.failureReason)
    lines.push({
      atMs: job.createdAtMs + state.current.fromMs,
      message: job.timeline.failureReason,
    })
  return lines
}

/** By the job's own metric definitions; Autopilot's trainer prints nothing that is documented. */
function styleOf(job: DoubleJob): 'steps' | 'epochs' | 'none' {
  const specification = job.input['AlgorithmSpecification'] as
    { MetricDefinitions?: { Regex: string }[] } | undefined
  const expressions = specification?.MetricDefinitions?.map(({ Regex }) => Regex) ?? []
  if (expressions.some((regex) => regex.includes('train_epoch_loss'))) return 'epochs'
  return expressions.some((regex) => regex.includes("'loss'")) ? 'steps' : 'none'
}
