/** Autopilot: CreateAutoMLJobV2, one job for each base model; AWS chooses machine and trainer. */
import { stringify } from 'csv-stringify/sync'
import { AppError, toAppError } from '../../../shared/errors.ts'
import type { MetricName, MetricPoint } from '../../../shared/metrics.ts'
import type { BaseModel } from '../../../shared/model.ts'
import { plainPromptTemplate } from '../../../shared/promptTemplate.ts'
import { baseModelIdOf } from '../../../shared/trainingWay.ts'
import { createAutoMLJob, describeAutoMLJob, stopAutoMLJob } from '../../aws/autoMLJobs.ts'
import { describeTrainingJob } from '../../aws/trainingJobs.ts'
import type { Connection } from '../../aws/workspace.ts'
import type { Examples } from '../../dataset/split/examples.ts'
import type { HubDocuments } from '../catalog/hubDocuments.ts'
import { longestAutoMLJobName, trainingJobName } from '../jobNames.ts'
import {
  autopilotHyperparameters,
  autopilotModels,
  autopilotRegions,
  mostAutoMLJobs,
  type AutopilotModel,
} from './autopilotModels.ts'
import { requireWithinLimits } from './dataLimits.ts'
import { piecesOf } from './dataFiles.ts'
import type { Way } from './way.ts'

export const autopilot: Way = {
  way: 'autopilot',
  async listBaseModels({ region }) {
    return autopilotRegions.has(region) ? autopilotModels.map((model) => toBaseModel(model)) : []
  },
  async describeBaseModel(connection, name, documents) {
    const model = autopilotModels.find((known) => known.name === name)
    // On this computer the engine answers for Autopilot with its own models.
    const baseModel =
      connection.kind === 'local'
        ? await localBaseModel(connection, name, documents)
        : model && toBaseModel(model)
    if (!baseModel)
      throw new AppError('NotFound', `Autopilot has no base model ${name}`, {
        details: { message: name },
      })
    return {
      baseModel,
      hubModel: null,
      async dataFiles(_, data) {
        await requireWithinLimits(baseModel, data)
        const file = (channel: string, examples: Examples) => ({
          name: `${channel}/${channel}.csv`,
          type: 'text/csv',
          pieces: () => toCsv(examples),
        })
        return {
          files: [file('training', data.training), file('validation', data.validation)],
          training: 'training/',
          validation: 'validation/',
        }
      },
      submit: (to, { jobName, hyperparameters, uris }) =>
        createAutoMLJob(to, {
          jobName,
          baseModelName: name,
          hyperparameters,
          ...uris,
          // Sent only where it was shown and accepted: see startVersion.
          acceptsEula: model?.needsEula ?? false,
        }),
    }
  },
  nameJob: (modelName, baseModelName) =>
    trainingJobName(modelName, baseModelName, longestAutoMLJobName),
  async describeJob({ clients }, { trainingJobName: jobName }) {
    const { trainingJobName: logJobName, ...job } = await describeAutoMLJob(clients, jobName)
    if (logJobName === null) return { ...job, logJobName }
    // Its metric definitions read the log, and its progress is the job's.
    const training = await describeTrainingJob(clients, logJobName).catch((error: unknown) => {
      const { code } = toAppError(error)
      if (code === 'NotFound' || code === 'AccessDenied') return null
      throw error
    })
    return {
      ...job,
      logJobName,
      metricDefinitions: training?.metricDefinitions ?? [],
      progress: training?.progress ?? null,
      trainingSeconds: training?.trainingSeconds ?? job.trainingSeconds,
      billed: training?.billed ?? null,
    }
  },
  async readPoints({ clients }, candidate, job, hasPoints) {
    if (job.status !== 'Completed') return []
    const { metrics } = await describeAutoMLJob(clients, candidate.trainingJobName)
    const epochs = Number(candidate.hyperparameters['epochCount'] ?? 1)
    return finalPoints(candidate.id, metrics, epochs, job.endedAtMs ?? 0, hasPoints)
  },
  stop: ({ clients }, { trainingJobName: jobName }) => stopAutoMLJob(clients, jobName),
  mostJobs: ({ kind, region }) => (kind === 'local' ? null : mostAutoMLJobs(region)),
}

/** Autopilot's names -> ours. Perplexity is computed from the loss, as everywhere. */
const losses: Readonly<Record<string, MetricName>> = {
  TrainingLoss: 'train_loss',
  ValidationLoss: 'validation_loss',
}
const perplexities: Readonly<Record<string, MetricName>> = {
  TrainingLoss: 'train_perplexity',
  ValidationLoss: 'validation_perplexity',
}
const overlaps: Readonly<Record<string, MetricName>> = {
  Rouge1: 'validation_rouge1',
  Rouge2: 'validation_rouge2',
  RougeL: 'validation_rougeL',
  RougeLSum: 'validation_rougeLsum',
}

/**
 * AWS tells final values only. Where the log has given a curve they are its end already; otherwise they stand alone, at the
 * number of epochs.
 */
function finalPoints(
  candidateId: string,
  metrics: Readonly<Record<string, number>>,
  step: number,
  loggedAtMs: number,
  hasPoints: boolean,
): MetricPoint[] {
  const points: MetricPoint[] = []
  const add = (metric: MetricName | undefined, value: number) => {
    if (metric) points.push({ candidateId, metric, step, value, loggedAtMs })
  }
  for (const [name, value] of Object.entries(metrics)) {
    add(overlaps[name], value)
    if (hasPoints) continue
    add(losses[name], value)
    if (losses[name]) add(perplexities[name], Math.exp(value))
  }
  return points
}

/** Two columns, `input` and `output`, as Autopilot demands. */
async function* toCsv(examples: Examples): AsyncGenerator<string> {
  yield stringify([['input', 'output']], { quoted_string: true })
  for await (const some of piecesOf(examples))
    yield stringify(
      some.map(({ prompt, completion }) => [prompt, completion]),
      { quoted_string: true },
    )
}

function toBaseModel(model: AutopilotModel): BaseModel {
  return {
    id: baseModelIdOf({ way: 'autopilot', name: model.name }),
    version: '',
    displayName: model.displayName,
    provider: model.provider,
    license: model.license,
    description: '',
    languages: ['en'],
    parameterCount: model.parameterCount,
    contextTokens: model.tokens,
    card: '',
    promptTemplate: plainPromptTemplate,
    isImported: false,
    way: 'autopilot',
    cloud: {
      task: 'Text Generation',
      eula: model.needsEula ? { uri: `hub:${model.hubId}` } : null,
      rows: { min: 1, max: model.mostRows },
      tokens: model.tokens,
      instanceTypes: [],
      canUseSpot: false,
      volumeGb: null,
      hostingInstanceType: null,
      billing: 'instanceHours',
      serving: 'endpoint',
    },
    hyperparameters: [...autopilotHyperparameters],
  }
}

async function localBaseModel(
  connection: Connection,
  name: string,
  documents: HubDocuments,
): Promise<BaseModel> {
  const { baseModel } = await documents.describe(connection, name)
  return {
    ...baseModel,
    id: baseModelIdOf({ way: 'autopilot', name }),
    way: 'autopilot',
    hyperparameters: [...autopilotHyperparameters],
  }
}
