/** From a job's channels to files that the trainer reads. */
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { copyFile, mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ModelLibrary } from '../store/modelLibrary.ts'
import type { ObjectStore } from '../store/objects.ts'
import type { TrainingTask } from '../train/trainingTask.ts'
import { JobFailure } from './jobFailure.ts'
import { resolveModelDirectory } from './modelDirectory.ts'
import type { TrainingHyperparameters } from '../../../shared/hyperparameters.ts'
import { parseS3Uri } from './trainingJobInput.ts'

export interface PreparationOptions {
  readonly objects: ObjectStore
  readonly workDirectory: string
  readonly library: ModelLibrary
  readonly threads: number
}

/** What a run is made of, by S3 address. */
export interface TaskSource {
  /** Channel -> S3 address. */
  readonly channels: ReadonlyMap<string, string>
  readonly hyperparameters: TrainingHyperparameters
}

/** @throws JobFailure, ModelUnavailableError */
export async function prepareTask(
  { channels, hyperparameters }: TaskSource,
  directory: string,
  options: PreparationOptions,
): Promise<TrainingTask> {
  await mkdir(directory, { recursive: true })
  const modelUri = channels.get('model')
  if (!modelUri) throw new JobFailure('ClientError: the job has no "model" channel.')
  const trainingUri = channels.get('training') ?? channels.get('train')
  if (!trainingUri) throw new JobFailure('ClientError: the job has no "training" channel.')
  const validationUri = channels.get('validation')
  const training = await download(trainingUri, directory, 'training', options.objects)
  const validation = validationUri
    ? await download(validationUri, directory, 'validation', options.objects)
    : null
  return {
    baseModelDirectory: await resolveModelDirectory(modelUri, options),
    trainingPath: training.examples,
    validationPath: validation?.examples ?? null,
    templatePath: training.template,
    promptsPath: training.prompts,
    checkpointDirectory: path.join(directory, 'checkpoint'),
    outputDirectory: path.join(directory, 'output'),
    hyperparameters,
    threads: options.threads,
  }
}

/**
 * Joins the JSON Lines files under a prefix, in the order of their keys. A job that goes on after a restart keeps what it
 * began with, whatever was uploaded meanwhile: otherwise its losses would not be those of an uninterrupted run.
 */
async function download(
  uri: string,
  directory: string,
  channel: string,
  objects: ObjectStore,
): Promise<{ examples: string; template: string | null; prompts: string | null }> {
  const examples = path.join(directory, `${channel}.jsonl`)
  const template = path.join(directory, `${channel}-template.json`)
  const prompts = path.join(directory, `${channel}-prompts.json`)
  const result = () => ({
    examples,
    template: existsSync(template) ? template : null,
    prompts: existsSync(prompts) ? prompts : null,
  })
  if (existsSync(examples)) return result()

  const { bucket, key } = parseS3Uri(uri)
  const found = (await objects.hasBucket(bucket)) ? await objects.listObjects(bucket, key) : []
  const files = found.filter((object) => object.key.endsWith('.jsonl'))
  if (files.length === 0) {
    throw new JobFailure(`ClientError: no .jsonl file under ${uri} (channel "${channel}").`)
  }
  for (const [name, target] of [
    ['template.json', template],
    ['prompts.json', prompts],
  ] as const) {
    const object = found.find(({ key }) => path.posix.basename(key) === name)
    if (object) await copyFile(object.path, target)
  }
  const partial = `${examples}.partial`
  for (const [index, file] of files.entries()) {
    // A file that does not end its last line must not run into the next one.
    const target = createWriteStream(partial, { flags: index === 0 ? 'w' : 'a' })
    if (index > 0) target.write('\n')
    await pipeline(createReadStream(file.path), target)
  }
  await rename(partial, examples)
  return result()
}
