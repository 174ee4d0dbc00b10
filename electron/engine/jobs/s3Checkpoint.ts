/** The checkpoint of a stopped job in S3, from which another job goes on: CheckpointConfig. */
import { createReadStream, existsSync } from 'node:fs'
import { copyFile, mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import type { ObjectStore } from '../store/objects.ts'
import { checkpointName } from '../train/checkpoint.ts'
import { JobFailure } from './jobFailure.ts'
import { parseS3Uri } from './trainingJobInput.ts'

/** Nothing happens when there is none, or when the job has one of its own already. */
export async function fetchCheckpoint(
  uri: string,
  directory: string,
  objects: ObjectStore,
): Promise<void> {
  const file = path.join(directory, checkpointName)
  if (existsSync(file)) return
  const { bucket, key } = placeOf(uri)
  const found = (await objects.hasBucket(bucket)) ? await objects.findObject(bucket, key) : null
  if (!found) return
  await mkdir(directory, { recursive: true })
  await copyFile(found.path, `${file}.partial`)
  await rename(`${file}.partial`, file)
}

/** @throws JobFailure when the bucket does not exist */
export async function keepCheckpoint(
  uri: string,
  directory: string,
  objects: ObjectStore,
): Promise<void> {
  const { bucket, key } = placeOf(uri)
  if (!(await objects.hasBucket(bucket)))
    throw new JobFailure(`ClientError: the bucket "${bucket}" for the checkpoint does not exist.`)
  const received = await objects.receive(createReadStream(path.join(directory, checkpointName)))
  await objects.keepObject(bucket, key, received, {
    contentType: 'application/octet-stream',
    metadata: {},
  })
}

function placeOf(uri: string): { bucket: string; key: string } {
  const { bucket, key } = parseS3Uri(uri)
  return { bucket, key: `${key === '' || key.endsWith('/') ? key : `${key}/`}${checkpointName}` }
}
