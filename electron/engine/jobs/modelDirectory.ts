/** From an S3 address of a model to a folder that can be loaded. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { findModelFolder, type ModelLibrary } from '../store/modelLibrary.ts'
import { modelsBucket } from '../store/modelsBucket.ts'
import type { ObjectStore } from '../store/objects.ts'
import { unpackModel } from './artifact.ts'
import { parseS3Uri } from './trainingJobInput.ts'

export class ModelUnavailableError extends Error {
  override readonly name = 'ModelUnavailableError'
}

/**
 * A base model is read where it lies; an artifact is unpacked once per content, named by its ETag.
 * @throws ModelUnavailableError when there is nothing at this address
 */
export async function resolveModelDirectory(
  uri: string,
  options: {
    readonly objects: ObjectStore
    readonly library: ModelLibrary
    readonly workDirectory: string
  },
): Promise<string> {
  const { bucket, key } = parseS3Uri(uri)
  if (bucket === modelsBucket) {
    const directory = findModelFolder(options.library, key.split('/')[0] ?? '')
    if (!directory) throw new ModelUnavailableError(`There is no base model at ${uri}.`)
    return directory
  }
  const info = (await options.objects.hasBucket(bucket))
    ? await options.objects.findObject(bucket, key)
    : null
  if (!info) throw new ModelUnavailableError(`There is no model artifact at ${uri}.`)
  const directory = path.join(options.workDirectory, 'unpacked', info.etag)
  if (!existsSync(directory)) await unpackOnce(info.path, directory)
  return directory
}

/** By target folder: two requests for one artifact must not unpack into each other. */
const unpacking = new Map<string, Promise<void>>()

function unpackOnce(archive: string, directory: string): Promise<void> {
  const known = unpacking.get(directory)
  if (known) return known
  const started = unpackModel(archive, directory).finally(() => unpacking.delete(directory))
  unpacking.set(directory, started)
  return started
}
