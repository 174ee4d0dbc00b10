/** Table base_models: the hub's descriptions as last seen, for the form and for looking at results with the engine off. */
import { baseModelSchema, type BaseModel } from '../../shared/model.ts'
import { isInBin } from './bin.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

/** The list as the hub gives it now; models it no longer has are dropped. */
export function replaceBaseModels(db: WritableDb, baseModels: readonly BaseModel[]): void {
  transact(db, () => {
    db.prepare('DELETE FROM base_models').run()
    const insert = db.prepare(
      'INSERT INTO base_models (id, position, description) VALUES (?, ?, ?)',
    )
    baseModels.forEach((baseModel, position) => {
      insert.run(baseModel.id, position, JSON.stringify(baseModel))
    })
  })
}

/** In the hub's order, without those in the bin. */
export function listBaseModels(db: ReadableDb): BaseModel[] {
  return db
    .prepare<[], string>('SELECT description FROM base_models ORDER BY position')
    .pluck()
    .all()
    .map(parseDescription)
    .filter(({ id }) => !isInBin(db, { kind: 'baseModel', id }))
}

export function findBaseModel(db: ReadableDb, id: string): BaseModel | undefined {
  const description = db
    .prepare<[string], string>('SELECT description FROM base_models WHERE id = ?')
    .pluck()
    .get(id)
  return description === undefined ? undefined : parseDescription(description)
}

function parseDescription(description: string): BaseModel {
  return baseModelSchema.parse(JSON.parse(description))
}
