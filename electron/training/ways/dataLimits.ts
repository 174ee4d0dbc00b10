/** Rows held against a base model's limits, before anything is sent. */
import { AppError } from '../../../shared/errors.ts'
import type { BaseModel } from '../../../shared/model.ts'
import { estimateTokens, mostCutShare } from '../../../shared/trainingWay.ts'
import type { VersionData } from './way.ts'

/** @throws AppError DatasetTooSmall, TooManyRows, TooManyLongRows */
export function requireWithinLimits(
  { displayName, cloud }: BaseModel,
  { training, validation }: VersionData,
): void {
  if (!cloud) return
  const { rows, tokens } = cloud
  const count = training.length + validation.length
  if (count < rows.min)
    throw new AppError('DatasetTooSmall', `${displayName} needs ${rows.min} rows`, {
      details: { count, minimum: rows.min },
    })
  if (rows.max !== null && count > rows.max)
    throw new AppError('TooManyRows', `${displayName} takes at most ${rows.max} rows`, {
      details: { name: displayName, count, maximum: rows.max },
    })
  if (tokens === null) return
  const long = [...training, ...validation].filter(
    ({ prompt, completion }) => estimateTokens(prompt) + estimateTokens(completion) > tokens,
  ).length
  if (long > count * mostCutShare)
    throw new AppError('TooManyLongRows', `${displayName} would cut ${long} of ${count} rows`, {
      details: { name: displayName, count: long, total: count, tokens },
    })
}
