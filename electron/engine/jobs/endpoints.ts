/** Models, endpoint configurations and endpoints, and the generators that answer for them. */
import { openGenerator, type Generator } from '../generate/openGenerator.ts'
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

export interface EndpointHost {
  /** Loads the model once, to know that it answers; the status becomes InService or Failed. */
  start(endpoint: EndpointRecord): void
  /** The loaded model of an endpoint; opened again if it was put aside. Release it when the answer is over. */
  acquire(endpoint: EndpointRecord): Promise<{ generator: Generator; release: () => void }>
  close(): Promise<void>
}

export interface EndpointHostOptions {
  readonly models: RecordTable<ModelRecord>
  readonly configs: RecordTable<EndpointConfigRecord>
  readonly endpoints: RecordTable<EndpointRecord>
  readonly objects: ObjectStore
  readonly modelsDirectory: string
  readonly workDirectory: string
  readonly threads: number
}

/** A model that nobody asked for this long gives its memory back. */
const idleMs = 5 * 60 * 1000

interface LoadedModel {
  readonly generator: Promise<Generator>
  users: number
  idleTimer: NodeJS.Timeout | null
}

export function createEndpointHost(options: EndpointHostOptions): EndpointHost {
  const loaded = new Map<string, LoadedModel>()

  async function directoryOf(endpoint: EndpointRecord): Promise<string> {
    const config = options.configs.find(endpoint.configName)
    const model = options.models.find(config?.variants[0]?.ModelName ?? '')
    if (!model) throw new Error('The model of this endpoint was deleted.')
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

  async function acquire(
    endpoint: EndpointRecord,
  ): Promise<{ generator: Generator; release: () => void }> {
    const directory = await directoryOf(endpoint)
    let model = loaded.get(directory)
    if (!model) {
      model = {
        generator: openGenerator(directory, { threads: options.threads }),
        users: 0,
        idleTimer: null,
      }
      loaded.set(directory, model)
    }
    const held = model
    held.users += 1
    if (held.idleTimer) clearTimeout(held.idleTimer)
    let released = false
    const release = () => {
      if (released) return
      released = true
      held.users -= 1
      if (held.users === 0) {
        held.idleTimer = setTimeout(() => void unload(directory), idleMs)
        held.idleTimer.unref()
      }
    }
    try {
      return { generator: await held.generator, release }
    } catch (error) {
      loaded.delete(directory)
      throw error
    }
  }

  async function check(endpoint: EndpointRecord): Promise<void> {
    let failureReason: string | null = null
    try {
      const { release } = await acquire(endpoint)
      release()
    } catch (error) {
      failureReason = error instanceof Error ? error.message : String(error)
    }
    // Deleted meanwhile: there is nothing left to report on.
    if (options.endpoints.find(endpoint.name)?.arn !== endpoint.arn) return
    options.endpoints.put({
      ...endpoint,
      status: failureReason === null ? 'InService' : 'Failed',
      failureReason,
      modifiedAtMs: Date.now(),
    })
  }

  // Those that an earlier engine was still creating.
  for (const endpoint of options.endpoints.list()) {
    if (endpoint.status === 'Creating') void check(endpoint)
  }

  return {
    start: (endpoint) => void check(endpoint),
    acquire,
    async close() {
      await Promise.all([...loaded.keys()].map(unload))
    },
  }
}
