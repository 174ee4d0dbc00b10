/** The base models there are: this computer's, which the engine's hub lists, and a description of any that AWS has. */
import { AppError } from '../../shared/errors.ts'
import type { BaseModel } from '../../shared/model.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { describeHubModel, listHubModelIds, type HubModel } from '../aws/hub.ts'
import { importHubModel } from '../aws/hubImport.ts'
import { ensureBucket, getText } from '../aws/s3.ts'
import type { Connection } from '../aws/workspace.ts'
import type { Tokenizer } from '../dataset/workbench/workbench.ts'
import { listBaseModels, replaceBaseModels } from '../db/baseModels.ts'
import type { WritableDb } from '../db/database.ts'
import { baseModelId, type ModelSource } from './modelSource.ts'

export interface BaseModelLibraryOptions {
  readonly db: WritableDb
  readonly connect: (workspaceId: string) => Promise<Connection>
  /** Of a model in an account's hub. */
  readonly describeInAws: (connection: Connection, id: string) => Promise<HubModel>
  readonly onCopied: (name: string, fraction: number) => void
}

export interface BaseModelLibrary {
  /** As this computer's hub describes it. @throws AppError EngineUnavailable, NotFound */
  describe(id: string): Promise<HubModel>
  /** As that workspace's hub does: another has other images for the same names. @throws AppError as `connect` does */
  describeIn(id: string, workspaceId: string): Promise<HubModel>
  /** From the hub; from the database's copy while the engine is off. */
  list(): Promise<BaseModel[]>
  /** @throws AppError BaseModelUnusable, EngineUnavailable */
  add(source: ModelSource, signal?: AbortSignal): Promise<BaseModel>
  /** It is described anew when it is asked for again. */
  forget(id: string): void
  /** Null where the engine is off, or the model is one whose files are elsewhere. */
  tokenizerOf(id: string): Promise<Tokenizer | null>
}

export function createBaseModelLibrary(options: BaseModelLibraryOptions): BaseModelLibrary {
  /** A hub document does not change within a run, and each step asks for one. */
  const described = new Map<string, Promise<HubModel>>()
  const connect = () => options.connect(localWorkspaceId)
  const keyOf = (id: string, workspaceId: string) => JSON.stringify([workspaceId, id])

  function describeIn(id: string, workspaceId: string): Promise<HubModel> {
    const key = keyOf(id, workspaceId)
    const known = described.get(key)
    if (known) return known
    const asked = options
      .connect(workspaceId)
      .then((connection) =>
        connection.kind === 'local'
          ? describeHubModel(connection.clients, id)
          : options.describeInAws(connection, id),
      )
    described.set(key, asked)
    asked.catch(() => described.delete(key))
    return asked
  }
  const describe = (id: string) => describeIn(id, localWorkspaceId)
  const forget = (id: string) => void described.delete(keyOf(id, localWorkspaceId))

  return {
    describe,
    describeIn,
    forget,
    async list() {
      try {
        const { clients } = await connect()
        const models = await Promise.all((await listHubModelIds(clients)).map(describe))
        replaceBaseModels(
          options.db,
          models.map((model) => model.baseModel),
        )
      } catch (error) {
        const isOff = error instanceof AppError && error.code === 'EngineUnavailable'
        if (!isOff) throw error
      }
      return listBaseModels(options.db)
    },
    async add(source, signal) {
      const { clients, bucket } = await connect()
      const taken = new Set(await listHubModelIds(clients))
      const id = baseModelId(source.displayName, taken)
      await ensureBucket(clients, bucket)
      await importHubModel(
        clients,
        bucket,
        { id, ...source, markdown: source.card },
        (fraction) => options.onCopied(source.displayName, fraction),
        signal,
      )
      forget(id)
      return (await describe(id)).baseModel
    },
    async tokenizerOf(id) {
      try {
        const { clients } = await connect()
        const { baseModel, trainingArtifactUri } = await describe(id)
        const folder = trainingArtifactUri.replace(/\/*$/, '/')
        const document = await getText(clients, `${folder}tokenizer.json`)
        const { prompt, completion } = baseModel.promptTemplate
        return {
          baseModelId: id,
          document,
          limit: longestInput(baseModel),
          templateText: (prompt + completion).replace('{prompt}', '').replace('{completion}', ''),
        }
      } catch (error) {
        const isOutOfReach =
          error instanceof AppError && ['EngineUnavailable', 'NotFound'].includes(error.code)
        if (isOutOfReach) return null
        throw error
      }
    },
  }
}

/** What a row may have without being cut, as training does by default. */
function longestInput({ contextTokens, hyperparameters }: BaseModel): number | null {
  const setting = Number(hyperparameters.find(({ name }) => name === 'max_input_length')?.default)
  const limits = [contextTokens, Number.isFinite(setting) && setting > 0 ? setting : null]
  const known = limits.filter((limit) => limit !== null)
  return known.length > 0 ? Math.min(...known) : null
}
