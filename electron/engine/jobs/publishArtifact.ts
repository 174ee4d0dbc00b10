/** From a trained model folder to an artifact in S3 that has proved to work. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fillPrompt, promptTemplateSchema } from '../../../shared/promptTemplate.ts'
import { openGenerator } from '../generate/openGenerator.ts'
import type { ObjectStore } from '../store/objects.ts'
import type { TrainingTask } from '../train/trainingTask.ts'
import { packModel, unpackModel } from './artifact.ts'
import { JobFailure } from './jobFailure.ts'
import type { TrainingJobRecord } from './trainingJob.ts'
import { parseS3Uri } from './trainingJobInput.ts'

/**
 * Packs, stores, reads back, loads and asks: only what has answered a prompt counts as a model.
 * @returns the artifact's address
 * @throws JobFailure
 */
export async function publishArtifact(
  job: TrainingJobRecord,
  task: TrainingTask,
  directory: string,
  { objects, threads }: { readonly objects: ObjectStore; readonly threads: number },
): Promise<string> {
  const { bucket, key } = parseS3Uri(job.request.OutputDataConfig.S3OutputPath)
  if (!(await objects.hasBucket(bucket))) {
    throw new JobFailure(`ClientError: the output bucket "${bucket}" does not exist.`)
  }
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  const artifactKey = `${prefix}${job.name}/output/model.tar.gz`
  const received = await objects.receive(packModel(task.outputDirectory))
  await objects.keepObject(bucket, artifactKey, received, {
    contentType: 'application/gzip',
    metadata: {},
  })
  const stored = await objects.findObject(bucket, artifactKey)
  if (!stored) throw new JobFailure('InternalServerError: the model artifact was not stored.')
  const check = path.join(directory, 'check')
  await unpackModel(stored.path, check)
  await askOnce(check, threads)
  return `s3://${bucket}/${artifactKey}`
}

async function askOnce(modelDirectory: string, threads: number): Promise<void> {
  const generator = await openGenerator(modelDirectory, { threads })
  try {
    const template = promptTemplateSchema.parse(
      JSON.parse(await readFile(path.join(modelDirectory, 'template.json'), 'utf8')),
    )
    const tokens = generator.generate(fillPrompt(template, 'Hello'), {
      maxNewTokens: 4,
      doSample: false,
      temperature: 1,
      topP: 1,
      topK: 0,
      repetitionPenalty: 1,
      seed: 0,
      stop: [],
    })
    for await (const token of tokens) {
      if (Number.isFinite(token.logprob)) return
    }
    throw new JobFailure('AlgorithmError: the trained model gives no answer.')
  } finally {
    await generator.close()
  }
}
