/** Serverless customization: a training job by recipe, without a machine of one's own; billed by token. */
import { AppError } from '../../../shared/errors.ts'
import type { MetricName, MetricPoint } from '../../../shared/metrics.ts'
import type { BaseModel } from '../../../shared/model.ts'
import { plainPromptTemplate } from '../../../shared/promptTemplate.ts'
import { baseModelIdOf } from '../../../shared/trainingWay.ts'
import { listHub, publicHub } from '../../aws/hub.ts'
import type { HubModel } from '../../aws/hubDocument.ts'
import { listMlflowMetrics, readMlflowHistory } from '../../aws/mlflow.ts'
import { readText } from '../../aws/s3.ts'
import {
  createServerlessJob,
  describeServerlessJob,
  ensureModelPackageGroup,
  findMlflowApp,
} from '../../aws/serverlessJobs.ts'
import { stopTrainingJob } from '../../aws/trainingJobs.ts'
import type { Connection } from '../../aws/workspace.ts'
import { partitionOf } from '../../../shared/partition.ts'
import { slug, trainingJobName } from '../jobNames.ts'
import { requireWithinLimits } from './dataLimits.ts'
import { readRecipe } from './recipe.ts'
import { jsonLines } from './dataFiles.ts'
import type { Way } from './way.ts'

/** Where AWS offers open-weight models this way, as its Python SDK knows it. */
const regions: ReadonlySet<string> = new Set([
  'us-east-1',
  'us-west-2',
  'ap-northeast-1',
  'eu-west-1',
])

export const serverless: Way = {
  way: 'serverless',
  async listBaseModels(connection, documents) {
    if (connection.kind === 'local' || !regions.has(connection.region)) return []
    const models = await documents.list(connection, () => listHub(connection.clients, publicHub))
    return models.flatMap(({ model: { hubModel } }) =>
      // Nova's data has another form.
      hubModel.recipe && !/^nova-/.test(hubModel.baseModel.id) ? [toBaseModel(hubModel)] : [],
    )
  },
  async describeBaseModel(connection, name, documents) {
    const hubModel = await documents.describe(connection, name)
    const { recipe } = hubModel
    if (!recipe)
      throw new AppError('BaseModelUnusable', `${name} has no recipe`, {
        details: { reason: name },
      })
    const fields = readRecipe(await readText(connection.clients, recipe.parametersUri))
    const baseModel = { ...toBaseModel(hubModel), hyperparameters: fields }
    return {
      baseModel,
      hubModel: null,
      async dataFiles(_, data) {
        await requireWithinLimits(baseModel, data)
        const file = (channel: 'train' | 'validation') => ({
          name: `${channel}/${channel}.jsonl`,
          type: 'application/jsonlines',
          pieces: () =>
            jsonLines(
              channel === 'train' ? data.training : data.validation,
              ({ prompt, completion }) => ({ prompt, completion }),
            ),
        })
        return {
          files: [file('train'), file('validation')],
          training: 'train/train.jsonl',
          validation: 'validation/validation.jsonl',
        }
      },
      async submit(to, { jobName, resourceName, hyperparameters, uris }) {
        const group = ['timbre', slug(resourceName, 40)].filter((part) => part !== '').join('-')
        return createServerlessJob(to, {
          jobName,
          baseModelArn: hubContentArn(to, name, hubModel.baseModel.version),
          isLora: recipe.isLora,
          sequenceLength: recipe.sequenceLength,
          // What was left empty is the recipe's to say.
          hyperparameters: Object.fromEntries(
            Object.entries(hyperparameters).filter(([, value]) => value !== ''),
          ),
          ...uris,
          modelPackageGroupArn: await ensureModelPackageGroup(to, group),
          mlflowArn: await findMlflowApp(to),
          mlflowExperiment: group,
          // Sent only where it was shown and accepted: see startVersion.
          acceptsEula: hubModel.baseModel.cloud?.eula !== null,
        })
      },
    }
  },
  nameJob: trainingJobName,
  async describeJob(connection, { trainingJobName: jobName }) {
    return { ...(await describeServerlessJob(connection, jobName)), logJobName: null }
  },
  async readPoints(connection, candidate) {
    const job = await describeServerlessJob(connection, candidate.trainingJobName)
    const { mlflowArn, mlflowRunId } = job
    if (mlflowArn === null || mlflowRunId === null) return []
    const keys = await listMlflowMetrics(connection.clients, mlflowArn, mlflowRunId)
    const points: MetricPoint[] = []
    for (const key of keys) {
      const names = metricsOf(key)
      if (!names) continue
      const history = await readMlflowHistory(connection.clients, mlflowArn, mlflowRunId, key)
      for (const { step, value, atMs } of history) {
        const common = { candidateId: candidate.id, step, loggedAtMs: atMs }
        points.push({ ...common, metric: names.loss, value })
        points.push({ ...common, metric: names.perplexity, value: Math.exp(value) })
      }
    }
    return points
  },
  stop: ({ clients }, { trainingJobName: jobName }) => stopTrainingJob(clients, jobName),
  mostJobs: () => null,
}

/** `total_loss` is what is trained on; a loss of validation rows has one of these words. */
function metricsOf(key: string): { loss: MetricName; perplexity: MetricName } | null {
  if (!/loss/.test(key)) return null
  if (/val|eval/.test(key)) return { loss: 'validation_loss', perplexity: 'validation_perplexity' }
  return /^(.*\/)?(total_loss|train_loss|training_loss|loss)$/.test(key)
    ? { loss: 'train_loss', perplexity: 'train_perplexity' }
    : null
}

/** The public hub's contents belong to an account named `aws`. */
function hubContentArn({ region }: Connection, name: string, version: string): string {
  return `arn:${partitionOf(region)}:sagemaker:${region}:aws:hub-content/${publicHub}/Model/${name}/${version}`
}

function toBaseModel({ baseModel }: HubModel): BaseModel {
  return {
    ...baseModel,
    id: baseModelIdOf({ way: 'serverless', name: baseModel.id }),
    way: 'serverless',
    promptTemplate: plainPromptTemplate,
    cloud: baseModel.cloud && {
      ...baseModel.cloud,
      instanceTypes: [],
      canUseSpot: false,
      volumeGb: null,
      billing: 'tokens',
    },
    // The recipe's own, once it is chosen.
    hyperparameters: [],
  }
}
