/** The rows of a version, as they were divided when it was made. */
import { AppError } from '../../shared/errors.ts'
import type { ModelVersion } from '../../shared/model.ts'
import type { ExampleReader } from '../dataset/split/exampleReader.ts'
import { examplesOf, type Examples, type StoredExamples } from '../dataset/split/examples.ts'

export interface VersionExamples {
  /** @throws AppError DatasetNotFound */
  trained(version: ModelVersion): Promise<StoredExamples>
  /** Validation rows without those that stand among the training rows as well. @throws AppError DatasetNotFound */
  heldOut(version: ModelVersion): Promise<StoredExamples>
  /** The same; none when the dataset was deleted: what was learned from it stays, the rows don't. */
  unseen(version: ModelVersion): Promise<Examples>
}

export function createVersionExamples(reader: ExampleReader): VersionExamples {
  const split = (version: ModelVersion) => reader.split(version, version.datasetSha256)
  async function heldOut(version: ModelVersion): Promise<StoredExamples> {
    const { training, validation } = await split(version)
    return reader.untrained(validation, training)
  }
  return {
    trained: async (version) => (await split(version)).training,
    heldOut,
    unseen: (version) =>
      heldOut(version).catch((error: unknown): Examples => {
        if (error instanceof AppError && error.code === 'DatasetNotFound') return examplesOf([])
        throw error
      }),
  }
}
