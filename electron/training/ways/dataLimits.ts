/** Rows held against a base model's limits, before anything is sent. */
import type { TrainingExample } from '../../../shared/dataset.ts'
import { AppError } from '../../../shared/errors.ts'
import type { BaseModel } from '../../../shared/model.ts'
import { estimateTokens, mostCutShare } from '../../../shared/trainingWay.ts'
import type { VersionData } from './way.ts'

/** @throws AppError DatasetTooSmall, TooManyRows, TooManyLongRows */
export async function requireWithinLimits(
  { displayName, cloud }: BaseModel,
  { training, validation }: VersionData,
): Promise<void> {
  if (!cloud) return
  const { rows, tokens } = cloud
  const count = training.count + validation.count
  if (count < rows.min)
    throw new AppError('DatasetTooSmall', `${displayName} needs ${rows.min} rows`, {
      details: { count, minimum: rows.min },
    })
  if (rows.max !== null && count > rows.max)
    throw new AppError('TooManyRows', `${displayName} takes at most ${rows.max} rows`, {
      details: { name: displayName, count, maximum: rows.max },
    })
  if (tokens === null) return
  const isLong = ({ prompt, completion }: TrainingExample) =>
    estimateTokens(prompt) + estimateTokens(completion) > tokens
  let long = 0
  for (const side of [training, validation])
    for await (const batch of side.batches()) long += batch.filter(isLong).length
  if (long > count * mostCutShare)
    throw new AppError('TooManyLongRows', `${displayName} would cut ${long} of ${count} rows`, {
      details: { name: displayName, count: long, total: count, tokens },
    })
}
