/** From an S3 address of a model to a folder that can be loaded. */
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { findModelFolder, type ModelLibrary } from '../store/modelLibrary.ts'
import { modelsBucket } from '../store/modelsBucket.ts'
import type { ObjectStore } from '../store/objects.ts'
import { unpackModel } from './artifact.ts'
import { parseS3Uri } from './trainingJobInput.ts'

export class ModelUnavailableError extends Error {
  override readonly name = 'ModelUnavailableError'
}

export interface ModelPlaces {
  readonly objects: ObjectStore
  readonly library: ModelLibrary
  readonly workDirectory: string
}

interface ModelLocation {
  readonly directory: string
  /** What has to be unpacked there; null for a base model. */
  readonly archive: string | null
}

/**
 * A base model is read where it lies; an artifact is unpacked once per content, named by its ETag.
 * @throws ModelUnavailableError when there is nothing at this address
 */
export async function resolveModelDirectory(uri: string, places: ModelPlaces): Promise<string> {
  const { directory, archive } = await locateModel(uri, places)
  if (archive !== null && !existsSync(directory)) await unpackOnce(archive, directory)
  return directory
}

/** Where it is read, or would be unpacked. @throws ModelUnavailableError */
export async function locateModel(uri: string, places: ModelPlaces): Promise<ModelLocation> {
  const { objects, library, workDirectory } = places
  const { bucket, key } = parseS3Uri(uri)
  if (bucket === modelsBucket) {
    const directory = findModelFolder(library, key.split('/')[0] ?? '')
    if (!directory) throw new ModelUnavailableError(`There is no base model at ${uri}.`)
    return { directory, archive: null }
  }
  const info = (await objects.hasBucket(bucket)) ? await objects.findObject(bucket, key) : null
  if (!info) throw new ModelUnavailableError(`There is no model artifact at ${uri}.`)
  return { directory: path.join(unpackedFolder(workDirectory), info.etag), archive: info.path }
}

/** Where artifacts are unpacked. */
function unpackedFolder(workDirectory: string): string {
  return path.join(workDirectory, 'unpacked')
}

/** Takes away an unpacked artifact; a base model's own folder stays. */
export async function removeUnpacked(directory: string, workDirectory: string): Promise<void> {
  if (path.dirname(directory) === unpackedFolder(workDirectory))
    await rm(directory, { recursive: true, force: true })
}

/** Takes away what was unpacked for something that is there no more. */
export async function removeUnpackedExcept(
  kept: ReadonlySet<string>,
  workDirectory: string,
): Promise<void> {
  const folder = unpackedFolder(workDirectory)
  for (const name of await readdir(folder).catch(() => [])) {
    const directory = path.join(folder, name)
    if (!kept.has(directory)) await removeUnpacked(directory, workDirectory)
  }
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
