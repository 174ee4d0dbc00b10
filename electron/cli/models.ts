/** `timbre models`, `rename`, `remove-model`: what can be trained, and what was. */
import type { BaseModel } from '../../shared/model.ts'
import { listModels as readModels } from '../db/models.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { findModel } from './findModel.ts'

export function listModels(context: CommandContext): Promise<void> {
  const { t, print } = context
  return withServices(context, async (services) => {
    // What was seen last is in the database, so an engine that can't start is no reason to show nothing.
    await services.engine.start().catch(() => undefined)
    const baseModels = await services.listBaseModels()
    const models = readModels(services.db)
    if (context.json) {
      print(
        JSON.stringify({
          baseModels: baseModels.map(withoutCard),
          models,
        }),
      )
      return
    }
    print(t('cli:models.base'))
    for (const base of baseModels) {
      print(`  ${base.id.padEnd(24)} ${base.displayName} (${base.languages.join(', ')})`)
    }
    print(t('cli:models.own'))
    if (models.length === 0) print(`  ${t('cli:models.none')}`)
    for (const model of models) {
      for (const version of model.versions) {
        print(`  ${model.name} V${version.number} (${version.datasetName})`)
        for (const candidate of version.candidates) {
          print(
            `    ${candidate.id}  ${t(`cli:status.${candidate.status}`).padEnd(12)} ${candidate.baseModelName}`,
          )
        }
      }
    }
  })
}

export function withoutCard({ card: _card, ...facts }: BaseModel): Omit<BaseModel, 'card'> {
  return facts
}

/** @param wanted its name or id @throws AppError NameInvalid, NameTaken, InvalidRequest when there is no such model */
export function renameModel(context: CommandContext, wanted: string, name: string): Promise<void> {
  const { t, print, json } = context
  return withServices(context, async (services) => {
    const before = findModel(services.db, wanted)
    const { id, name: after } = services.renameModel(before.id, name)
    print(
      json
        ? JSON.stringify({ id, name: after })
        : t('cli:models.renamed', { before: before.name, after }),
    )
  })
}

export function removeModel(context: CommandContext, id: string): Promise<void> {
  return withServices(context, async (services) => {
    await services.engine.start()
    await services.disk.delete({ kind: 'baseModel', id })
    context.print(context.t('cli:models.removed', { id }))
  })
}
