/** The base models of a workspace, of all ways together; each with what the form needs once it is chosen. */
import { toAppError, type AppErrorData } from '../../../shared/errors.ts'
import type { BaseModel } from '../../../shared/model.ts'
import {
  readBaseModelId,
  trainingWaySchema,
  type TrainingWay,
} from '../../../shared/trainingWay.ts'
import type { Connection } from '../../aws/workspace.ts'
import type { TrainableModel } from '../ways/way.ts'
import { wayOf, ways } from '../ways/ways.ts'
import type { HubDocuments } from './hubDocuments.ts'

export interface CatalogListing {
  /** Without their cards and forms. */
  readonly baseModels: BaseModel[]
  /** Ways that could not be asked; the others are there all the same. */
  readonly failures: { readonly way: TrainingWay; readonly error: AppErrorData }[]
}

export interface Catalog {
  /** @throws AppError when no way could be asked */
  list(connection: Connection): Promise<CatalogListing>
  /** Read once for as long as the app runs. @throws AppError NotFound, BaseModelUnusable */
  describe(connection: Connection, id: string): Promise<TrainableModel>
}

export function createCatalog(documents: HubDocuments): Catalog {
  const described = new Map<string, Promise<TrainableModel>>()
  return {
    async list(connection) {
      const baseModels: BaseModel[] = []
      const failures: CatalogListing['failures'] = []
      for (const way of trainingWaySchema.options) {
        try {
          const found = await ways[way].listBaseModels(connection, documents)
          baseModels.push(...found.map((model) => ({ ...model, card: '' })))
        } catch (error) {
          failures.push({ way, error: toAppError(error).toData() })
        }
      }
      return { baseModels, failures }
    },
    describe(connection, id) {
      // This computer's engine may be another one the next time, with other models.
      const key = connection.kind === 'local' ? null : `${connection.workspaceId}/${id}`
      const known = key === null ? undefined : described.get(key)
      if (known) return known
      const { name } = readBaseModelId(id)
      const model = wayOf({ baseModelId: id }).describeBaseModel(connection, name, documents)
      if (key !== null) {
        described.set(key, model)
        model.catch(() => described.delete(key))
      }
      return model
    },
  }
}
