/** A model that was named on the command line. */
import { AppError } from '../../shared/errors.ts'
import type { Model } from '../../shared/model.ts'
import type { ReadableDb } from '../db/database.ts'
import { listModels } from '../db/models.ts'

/** @param wanted its name or id @throws AppError InvalidRequest */
export function findModel(db: ReadableDb, wanted: string): Model {
  const models = listModels(db)
  const model = models.find(({ id, name }) => id === wanted || name === wanted)
  if (model) return model
  throw unknown('model', wanted, models)
}

/** Names what there is, so that the next try can be right. */
export function unknown(
  kind: string,
  wanted: string,
  known: readonly { readonly name: string }[],
): AppError {
  const names = known.map(({ name }) => name).join(', ') || '–'
  const message = `There is no ${kind} ${wanted}: ${names}`
  return new AppError('InvalidRequest', message, { details: { message } })
}
