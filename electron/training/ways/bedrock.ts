/** Bedrock: models whose weights stay with their makers, customized and asked there. */
import { AppError } from '../../../shared/errors.ts'
import type { MetricPoint } from '../../../shared/metrics.ts'
import type { BaseModel } from '../../../shared/model.ts'
import { plainPromptTemplate } from '../../../shared/promptTemplate.ts'
import { baseModelIdOf } from '../../../shared/trainingWay.ts'
import {
  createCustomizationJob,
  describeCustomizationJob,
  listFoundationModels,
  readCurveFile,
  stopCustomizationJob,
  type FoundationModel,
} from '../../aws/bedrockJobs.ts'
import { countInName } from '../../aws/hubDocument.ts'
import type { Connection } from '../../aws/workspace.ts'
import type { Examples } from '../../dataset/split/examples.ts'
import { trainingJobName } from '../jobNames.ts'
import { bedrockFamilyOf, servesOnDemand, type BedrockFamily } from './bedrockFamilies.ts'
import { requireWithinLimits } from './dataLimits.ts'
import { jsonLines } from './dataFiles.ts'
import type { Way } from './way.ts'

export const bedrock: Way = {
  way: 'bedrock',
  async listBaseModels(connection) {
    if (connection.kind === 'local') return []
    const models = await listFoundationModels(connection)
    return models.flatMap((model) => {
      const family = bedrockFamilyOf(model.id)
      return family ? [toBaseModel(connection, model, family)] : []
    })
  },
  async describeBaseModel(connection, name) {
    const models = await listFoundationModels(connection)
    const model = models.find(({ id }) => id === name)
    const family = bedrockFamilyOf(name)
    if (!model || !family)
      throw new AppError('NotFound', `Bedrock does not fine-tune ${name} in this region`, {
        details: { message: name },
      })
    const baseModel = toBaseModel(connection, model, family)
    return {
      baseModel,
      hubModel: null,
      async dataFiles(_, data) {
        await requireWithinLimits(baseModel, data)
        const file = (name: string, examples: Examples) => ({
          name,
          type: 'application/jsonlines',
          pieces: () => jsonLines(examples, family.toRecord),
        })
        return {
          files: [file('train.jsonl', data.training), file('validation.jsonl', data.validation)],
          training: 'train.jsonl',
          validation: 'validation.jsonl',
        }
      },
      submit: (to, { jobName, hyperparameters, uris }) =>
        createCustomizationJob(to, { jobName, baseModelId: name, hyperparameters, ...uris }),
    }
  },
  nameJob: trainingJobName,
  async describeJob(connection, { trainingJobName: jobName }) {
    return { ...(await describeCustomizationJob(connection, jobName)), logJobName: null }
  },
  async readPoints(connection, candidate, job, hasPoints) {
    if (job.status !== 'Completed' || hasPoints) return []
    const { metricsUri } = await describeCustomizationJob(connection, candidate.trainingJobName)
    if (metricsUri === null) return []
    const points: MetricPoint[] = []
    for (const kind of ['training', 'validation'] as const) {
      const loss = kind === 'training' ? 'train_loss' : 'validation_loss'
      const perplexity = kind === 'training' ? 'train_perplexity' : 'validation_perplexity'
      for (const row of await readCurveFile(connection, metricsUri, kind)) {
        const common = {
          candidateId: candidate.id,
          step: row.step,
          loggedAtMs: job.endedAtMs ?? 0,
        }
        points.push({ ...common, metric: loss, value: row.loss })
        points.push({ ...common, metric: perplexity, value: Math.exp(row.loss) })
      }
    }
    return points
  },
  stop: (connection, { trainingJobName: jobName }) => stopCustomizationJob(connection, jobName),
  mostJobs: () => null,
}

function toBaseModel(
  { region }: Connection,
  { id, name, provider }: FoundationModel,
  family: BedrockFamily,
): BaseModel {
  return {
    id: baseModelIdOf({ way: 'bedrock', name: id }),
    version: '',
    displayName: name,
    provider,
    license: '',
    description: '',
    languages: [],
    parameterCount: countInName(id),
    contextTokens: family.tokens,
    card: '',
    promptTemplate: plainPromptTemplate,
    isImported: false,
    way: 'bedrock',
    cloud: {
      task: 'Text Generation',
      eula: null,
      rows: family.rows,
      tokens: family.tokens,
      instanceTypes: [],
      canUseSpot: false,
      volumeGb: null,
      hostingInstanceType: null,
      billing: 'tokens',
      serving: servesOnDemand(family, region) ? 'onDemand' : 'throughput',
    },
    hyperparameters: [...family.hyperparameters],
  }
}
