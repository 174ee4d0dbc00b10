/** Models, endpoint configurations and endpoints, and the generators that answer for them. */
import { openGenerator, type Generator } from '../generate/openGenerator.ts'
import type { ModelLibrary } from '../store/modelLibrary.ts'
import type { ObjectStore } from '../store/objects.ts'
import type { RecordTable } from '../store/records.ts'
import {
  locateModel,
  removeUnpacked,
  removeUnpackedExcept,
  resolveModelDirectory,
} from './modelDirectory.ts'

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
    readonly InitialVariantWeight?: number | undefined
  }[]
  /** Members that mean nothing here, for Describe. */
  readonly kept?: Readonly<Record<string, unknown>>
}

export type EndpointStatus = 'Creating' | 'InService' | 'Updating' | 'Failed' | 'Deleting'

export interface EndpointRecord {
  readonly name: string
  readonly arn: string
  readonly configName: string
  readonly status: EndpointStatus
  readonly failureReason: string | null
  readonly createdAtMs: number
  readonly modifiedAtMs: number
  /** While it is being updated: the configuration that it gets once its models are loaded. */
  readonly pendingConfigName?: string | null
  /** Where they were changed since the configuration was made. */
  readonly weights?: Readonly<Record<string, number>>
}

/** An update leaves the old variants answering. */
export function isServing({ status }: EndpointRecord): boolean {
  return status === 'InService' || status === 'Updating'
}

/** Variant -> its share of the requests, in proportion to the others'. */
export function weightsOf(
  endpoint: EndpointRecord,
  variants: EndpointConfigRecord['variants'],
): Map<string, number> {
  return new Map(
    variants.map(({ VariantName, InitialVariantWeight }) => [
      VariantName,
      endpoint.weights?.[VariantName] ?? InitialVariantWeight ?? 1,
    ]),
  )
}

/** The model of an endpoint is gone or cannot be loaded. */
export class ModelUnusableError extends Error {
  override readonly name = 'ModelUnusableError'
}

/** No variant of this name answers at this endpoint. */
export class VariantUnknownError extends Error {
  override readonly name = 'VariantUnknownError'
}

export interface HeldModel {
  readonly generator: Generator
  /** Which one was drawn. */
  readonly variantName: string
  /** Once the answer is over; later calls do nothing. A broken generator is opened anew for the next request. */
  release(how?: { isBroken: boolean }): void
}

export interface EndpointHost {
  /**
   * Loads the models once, to know that they can answer; the status becomes InService or Failed. An update that fails
   * leaves the endpoint as it was.
   */
  start(endpoint: EndpointRecord): void
  /** The endpoint was deleted: its model's memory is given back, unless another endpoint answers with it. */
  stop(endpoint: EndpointRecord): void
  /**
   * The loaded model of a variant; opened again if it was put aside.
   *
   * @param variantName left out: drawn by the variants' weights
   * @throws ModelUnusableError, VariantUnknownError
   */
  acquire(endpoint: EndpointRecord, variantName?: string): Promise<HeldModel>
  /** Takes away what was unpacked for endpoints of an earlier launch. Before any job begins. */
  removeLeftOver(): Promise<void>
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
  /** Whether a job may be reading a model's unpacked files. */
  readonly isBusy: () => boolean
  readonly idleMs?: number
  /** From 0 to below 1; draws the variant. */
  readonly random?: () => number
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

  function modelUriOf(modelName: string): string {
    const model = options.models.find(modelName)
    if (!model) throw new ModelUnusableError('The model of this endpoint was deleted.')
    return model.modelDataUri
  }

  async function directoryOf(modelName: string): Promise<string> {
    return resolveModelDirectory(modelUriOf(modelName), options)
  }

  /** Where its model is, or would be, without unpacking it. */
  async function placeOf(modelName: string): Promise<string> {
    return (await locateModel(modelUriOf(modelName), options)).directory
  }

  const variantsOf = (configName: string) => options.configs.find(configName)?.variants ?? []

  function draw(endpoint: EndpointRecord, wanted: string | undefined) {
    const variants = variantsOf(endpoint.configName)
    if (wanted !== undefined) {
      const found = variants.find(({ VariantName }) => VariantName === wanted)
      if (found) return found
      throw new VariantUnknownError(`There is no variant ${wanted}.`)
    }
    const weights = weightsOf(endpoint, variants)
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
    let place = (options.random ?? Math.random)() * total
    for (const variant of variants) {
      place -= weights.get(variant.VariantName) ?? 0
      if (place < 0) return variant
    }
    return variants[0]
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

  async function acquire(endpoint: EndpointRecord, wanted?: string): Promise<HeldModel> {
    const variant = draw(endpoint, wanted)
    const { generator, release } = await acquireModel(variant?.ModelName ?? '')
    return { generator, release, variantName: variant?.VariantName ?? 'AllTraffic' }
  }

  async function acquireModel(modelName: string): Promise<Omit<HeldModel, 'variantName'>> {
    try {
      const directory = await directoryOf(modelName)
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
    const configName = endpoint.pendingConfigName ?? endpoint.configName
    try {
      const variants = variantsOf(configName)
      if (variants.length === 0) throw new ModelUnusableError('The configuration was deleted.')
      for (const { ModelName } of variants) (await acquireModel(ModelName)).release()
    } catch (error) {
      failureReason = error instanceof Error ? error.message : String(error)
    }
    // Deleted meanwhile, or made again under the same name: there is nothing to report on.
    const known = options.endpoints.find(endpoint.name)
    if (known?.createdAtMs !== endpoint.createdAtMs) return
    const isUpdate = endpoint.status === 'Updating'
    const isTaken = isUpdate && failureReason === null
    const checked: EndpointRecord = {
      ...known,
      ...(isTaken ? { configName, weights: {} } : {}),
      pendingConfigName: null,
      status: failureReason === null || isUpdate ? 'InService' : 'Failed',
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
    const inUse = await placesInUse()
    for (const { ModelName } of variantsOf(endpoint.configName)) {
      const directory = await placeOf(ModelName)
      if (inUse.has(directory) || (loaded.get(directory)?.users ?? 0) > 0) continue
      await unload(directory)
      // What stays for now goes at the next start.
      if (!options.isBusy()) await removeUnpacked(directory, options.workDirectory)
    }
  }

  /** Folders of the models of all endpoints. */
  async function placesInUse(): Promise<Set<string>> {
    const names = options.endpoints
      .list()
      .flatMap((endpoint) => variantsOf(endpoint.configName).map(({ ModelName }) => ModelName))
    return new Set(await Promise.all(names.map((name) => placeOf(name).catch(() => ''))))
  }

  // Those that an earlier engine was still creating.
  for (const endpoint of options.endpoints.list()) {
    if (endpoint.status === 'Creating' || endpoint.status === 'Updating') void check(endpoint)
  }

  return {
    async removeLeftOver() {
      await removeUnpackedExcept(await placesInUse(), options.workDirectory)
    },
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
