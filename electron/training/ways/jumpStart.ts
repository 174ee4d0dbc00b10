/** A hub model's own trainer, run by CreateTrainingJob: on this computer by the engine, in AWS on machines by the hour. */
import { listHub, publicHub } from '../../aws/hub.ts'
import type { HubModel } from '../../aws/hubDocument.ts'
import { createTrainingJob, describeTrainingJob, stopTrainingJob } from '../../aws/trainingJobs.ts'
import type { Examples } from '../../dataset/split/examples.ts'
import { trainingJobName } from '../jobNames.ts'
import { requireWithinLimits } from './dataLimits.ts'
import { jsonLines } from './dataFiles.ts'
import type { TrainableModel, Way } from './way.ts'

export const jumpStart: Way = {
  way: 'jumpStart',
  async listBaseModels(connection, documents) {
    const models = await documents.list(connection, () => listHub(connection.clients, publicHub))
    return models.flatMap(({ model }) => (model.isTrainable ? [model.hubModel.baseModel] : []))
  },
  async describeBaseModel(connection, name, documents) {
    return trainable(await documents.describe(connection, name))
  },
  nameJob: trainingJobName,
  async describeJob({ clients }, { trainingJobName: jobName }) {
    return { ...(await describeTrainingJob(clients, jobName)), logJobName: jobName }
  },
  readPoints: async () => [],
  stop: ({ clients }, { trainingJobName: jobName }) => stopTrainingJob(clients, jobName),
  mostJobs: () => null,
}

/** JSON Lines, and a template whose places are their keys. */
function trainable(hubModel: HubModel): TrainableModel {
  const { baseModel } = hubModel
  return {
    baseModel,
    hubModel,
    async dataFiles(connection, data, promptTemplate) {
      await requireWithinLimits(baseModel, data)
      const { training, validation, samplePrompts } = data
      const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
      const template = json(promptTemplate)
      const type = 'application/json'
      const file = (name: string, text: string) => ({ name, type, pieces: () => [text] })
      const rows = (name: string, examples: Examples) => ({
        name,
        type: 'application/jsonlines',
        pieces: () => jsonLines(examples, ({ prompt, completion }) => ({ prompt, completion })),
      })
      return {
        files: [
          file('training/template.json', template),
          // Of this computer's trainer; AWS's reads .jsonl files and the template alone.
          connection.kind === 'local'
            ? file('training/prompts.json', json(samplePrompts))
            : file('validation/template.json', template),
          rows('training/train.jsonl', training),
          rows('validation/validation.jsonl', validation),
        ],
        training: 'training/',
        validation: 'validation/',
      }
    },
    submit: (connection, { jobName, hyperparameters, uris, checkpointUri, choice }) =>
      createTrainingJob(connection, {
        jobName,
        hubModel,
        hyperparameters,
        checkpointUri,
        choice,
        ...uris,
      }),
  }
}
