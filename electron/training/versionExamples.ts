/** The rows of a version, as they were divided when it was made. */
import type { TrainingExample } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { ModelVersion } from '../../shared/model.ts'
import type { ReadSplit } from '../dataset/readSplit.ts'

export interface VersionExamples {
  /** @throws AppError DatasetNotFound */
  trained(version: ModelVersion): Promise<TrainingExample[]>
  /** Validation rows without those that stand among the training rows as well. @throws AppError DatasetNotFound */
  heldOut(version: ModelVersion): Promise<TrainingExample[]>
  /** The same; none when the dataset was deleted: what was learned from it stays, the rows don't. */
  unseen(version: ModelVersion): Promise<TrainingExample[]>
}

export function createVersionExamples(readSplit: ReadSplit): VersionExamples {
  const split = (version: ModelVersion) => readSplit(version, version.datasetSha256)
  async function heldOut(version: ModelVersion): Promise<TrainingExample[]> {
    const { training, validation } = await split(version)
    const keyOf = ({ prompt, completion }: TrainingExample) => JSON.stringify([prompt, completion])
    const seen = new Set(training.map(keyOf))
    return validation.filter((example) => !seen.has(keyOf(example)))
  }
  return {
    trained: async (version) => [...(await split(version)).training],
    heldOut,
    unseen: (version) =>
      heldOut(version).catch((error: unknown): TrainingExample[] => {
        if (error instanceof AppError && error.code === 'DatasetNotFound') return []
        throw error
      }),
  }
}
