/** Models, endpoint configurations and endpoints, and the generators that answer for them. */
import { openGenerator, type Generator } from '../generate/openGenerator.ts'
import type { ModelLibrary } from '../store/modelLibrary.ts'
import type { ObjectStore } from '../store/objects.ts'
import type { RecordTable } from '../store/records.ts'
import { resolveModelDirectory } from './modelDirectory.ts'

export interface ModelRecord {
  readonly name: string
  readonly arn: string
  readonly createdAtMs: number
  readonly image: string
  readonly modelDataUri: string
  /** As sent, for Describe. */
  readonly request: Readonly<Record<string, unknown>>
}

export interface EndpointConfigRecord {
  readonly name: string
  readonly arn: string
  readonly createdAtMs: number
  readonly variants: readonly {
    readonly VariantName: string
    readonly ModelName: string
    readonly InitialInstanceCount: number
    readonly InstanceType: string
  }[]
}

export type EndpointStatus = 'Creating' | 'InService' | 'Failed' | 'Deleting'

export interface EndpointRecord {
  readonly name: string
  readonly arn: string
  readonly configName: string
  readonly status: EndpointStatus
  readonly failureReason: string | null
  readonly createdAtMs: number
  readonly modifiedAtMs: number
}

/** The model of an endpoint is gone or cannot be loaded. */
export class ModelUnusableError extends Error {
  override readonly name = 'ModelUnusableError'
}

export interface HeldModel {
  readonly generator: Generator
  /** Once the answer is over; later calls do nothing. A broken generator is opened anew for the next request. */
  release(how?: { isBroken: boolean }): void
}

export interface EndpointHost {
  /** Loads the model once, to know that it can answer; the status becomes InService or Failed. */
  start(endpoint: EndpointRecord): void
  /** The endpoint was deleted: its model's memory is given back, unless another endpoint answers with it. */
  stop(endpoint: EndpointRecord): void
  /** The loaded model of an endpoint; opened again if it was put aside. @throws ModelUnusableError */
  acquire(endpoint: EndpointRecord): Promise<HeldModel>
  close(): Promise<void>
}

export interface EndpointHostOptions {
  readonly models: RecordTable<ModelRecord>
  readonly configs: RecordTable<EndpointConfigRecord>
  readonly endpoints: RecordTable<EndpointRecord>
  readonly objects: ObjectStore
  readonly library: ModelLibrary
  readonly workDirectory: string
  readonly threads: number
  readonly idleMs?: number
}

/** A model that nobody asked for this long gives its memory back. */
const defaultIdleMs = 5 * 60 * 1000

interface LoadedModel {
  readonly generator: Promise<Generator>
  users: number
  idleTimer: NodeJS.Timeout | null
}

export function createEndpointHost(options: EndpointHostOptions): EndpointHost {
  /** By the folder of the model: endpoints of one model share it. */
  const loaded = new Map<string, LoadedModel>()

  async function directoryOf(endpoint: EndpointRecord): Promise<string> {
    const config = options.configs.find(endpoint.configName)
    const model = options.models.find(config?.variants[0]?.ModelName ?? '')
    if (!model) throw new ModelUnusableError('The model of this endpoint was deleted.')
    return resolveModelDirectory(model.modelDataUri, options)
  }

  async function unload(directory: string): Promise<void> {
    const model = loaded.get(directory)
    loaded.delete(directory)
    if (model?.idleTimer) clearTimeout(model.idleTimer)
    await model?.generator.then(
      (generator) => generator.close(),
      () => undefined, // never opened, so there is nothing to close
    )
  }

  function open(directory: string): LoadedModel {
    const model: LoadedModel = {
      generator: openGenerator(directory, { threads: options.threads }),
      users: 0,
      idleTimer: null,
    }
    loaded.set(directory, model)
    return model
  }

  async function acquire(endpoint: EndpointRecord): Promise<HeldModel> {
    try {
      const directory = await directoryOf(endpoint)
      const model = loaded.get(directory) ?? open(directory)
      model.users += 1
      if (model.idleTimer) clearTimeout(model.idleTimer)
      let isReleased = false
      const release = (how?: { isBroken: boolean }) => {
        if (isReleased) return
        isReleased = true
        model.users -= 1
        if (how?.isBroken && loaded.get(directory) === model) void unload(directory)
        else if (model.users === 0) putAsideLater(directory, model)
      }
      try {
        return { generator: await model.generator, release }
      } catch (error) {
        release({ isBroken: true })
        throw error
      }
    } catch (error) {
      if (error instanceof ModelUnusableError) throw error
      const message = error instanceof Error ? error.message : String(error)
      throw new ModelUnusableError(message, { cause: error })
    }
  }

  function putAsideLater(directory: string, model: LoadedModel): void {
    model.idleTimer = setTimeout(() => {
      if (loaded.get(directory) === model) void unload(directory)
    }, options.idleMs ?? defaultIdleMs)
    model.idleTimer.unref()
  }

  async function check(endpoint: EndpointRecord): Promise<void> {
    let failureReason: string | null = null
    try {
      const { release } = await acquire(endpoint)
      release()
    } catch (error) {
      failureReason = error instanceof Error ? error.message : String(error)
    }
    // Deleted meanwhile, or made again under the same name: there is nothing to report on.
    const known = options.endpoints.find(endpoint.name)
    if (known?.createdAtMs !== endpoint.createdAtMs) return
    const checked: EndpointRecord = {
      ...known,
      status: failureReason === null ? 'InService' : 'Failed',
      failureReason,
      modifiedAtMs: Date.now(),
    }
    try {
      options.endpoints.put(checked)
    } catch {
      options.endpoints.remember(checked) // a full disk: at the next start it is checked again
    }
  }

  async function stop(endpoint: EndpointRecord): Promise<void> {
    const directory = await directoryOf(endpoint)
    for (const other of options.endpoints.list()) {
      if ((await directoryOf(other)) === directory) return
    }
    if (loaded.get(directory)?.users === 0) await unload(directory)
  }

  // Those that an earlier engine was still creating.
  for (const endpoint of options.endpoints.list()) {
    if (endpoint.status === 'Creating') void check(endpoint)
  }

  return {
    start: (endpoint) => void check(endpoint),
    stop(endpoint) {
      // An endpoint whose model is gone already has nothing that could be given back; the idle time sees to the rest.
      stop(endpoint).catch(() => undefined)
    },
    acquire,
    async close() {
      await Promise.all([...loaded.keys()].map(unload))
    },
  }
}
