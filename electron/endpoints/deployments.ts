/** Endpoints for applications: deployed, updated, shared between two models, and rolled back. */
import {
  currentRevision,
  mostInstancesOf,
  type DeployDefaults,
  type DeployRequest,
  type Endpoint,
  type EndpointRevision,
  type EndpointVariant,
  type MetricSeries,
} from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { servingMemoryOf } from '../../shared/machines.ts'
import { candidateTitle, type BaseModel } from '../../shared/model.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { asyncOutputUri } from '../aws/asyncInvocation.ts'
import {
  endpointMetrics,
  putOnRevision,
  setWeights,
  updateEndpoint,
} from '../aws/deploymentCalls.ts'
import { computeOf } from '../aws/inferenceComponents.ts'
import { getCandidate } from '../db/candidates.ts'
import type { WritableDb } from '../db/database.ts'
import { findEndpoint } from '../db/endpoints.ts'
import { getModel, getVersion } from '../db/models.ts'
import { hostingOf, type HostingFacts } from './hosting.ts'
import type { EndpointService, RequireBudget } from './endpointService.ts'
import { freshName } from './newEndpoint.ts'

export interface DeploymentsOptions extends HostingFacts {
  readonly db: WritableDb
  readonly endpoints: EndpointService
  readonly describeBaseModel: (id: string, workspaceId: string) => Promise<BaseModel>
  readonly requireBudget: RequireBudget
  readonly now: () => number
}

export interface Deployments {
  /** What is suggested for a candidate. */
  defaults(candidateId: string): Promise<DeployDefaults>
  /** Begins, and returns at once. @throws AppError NameTaken, CandidateNotReady, BudgetExceeded, MachineUnknown */
  deploy(request: DeployRequest): Promise<Endpoint>
  /** @param share of the new one; 1 replaces the old @throws AppError BudgetExceeded */
  update(name: string, candidateId: string, share: number): Promise<Endpoint>
  /** Back to the configuration before. @throws AppError BudgetExceeded */
  rollBack(name: string): Promise<Endpoint>
  /** @param share of the newer of two variants */
  setShare(name: string, share: number): Promise<Endpoint>
  metrics(name: string, hours: number): Promise<MetricSeries[]>
}

const newVariant = 'New'

export function createDeployments(options: DeploymentsOptions): Deployments {
  const { db, endpoints } = options

  async function modelOf(candidateId: string, instanceType?: string) {
    const candidate = getCandidate(db, candidateId)
    const version = getVersion(db, candidate.versionId)
    const model = getModel(db, version.modelId)
    const { instanceTypes, ...serving } = await hostingOf(
      options,
      candidate,
      version.workspaceId,
      instanceType,
    )
    return {
      title: candidateTitle(model, version, candidate),
      modelName: model.name,
      workspaceId: version.workspaceId,
      instanceTypes,
      serving,
    }
  }

  /** @throws AppError HoldsOneModel, InvalidRequest */
  function servingEndpoint(name: string): Endpoint {
    const endpoint = endpoints.get(name)
    if (currentRevision(endpoint).componentName !== null)
      throw new AppError('HoldsOneModel', 'Its model is an inference component', {
        details: { name },
      })
    if (endpoint.status === 'InService') return endpoint
    throw new AppError('InvalidRequest', `The endpoint is ${endpoint.status}`, {
      details: { message: endpoint.status },
    })
  }

  /** Written down first: what it is made of has to be found again to be deleted. */
  async function putOn(name: string, revision: EndpointRevision): Promise<Endpoint> {
    const before = servingEndpoint(name)
    requireBudgetFor(before, revision)
    const connection = await options.connect(before.workspaceId)
    await endpoints.unscale(name)
    addRevision(name, revision)
    try {
      await putOnRevision(connection, before, revision)
    } catch (error) {
      // It goes on answering as before; what was made of the new one is free and goes when it is deleted.
      addRevision(name, currentRevision(before))
      throw error
    } finally {
      // Not before AWS was asked: a look until then would find it at rest.
      void endpoints.refresh(name)
    }
    return endpoints.get(name)
  }

  /** For the machines that it has more. @throws AppError BudgetExceeded, BudgetUsedUp */
  function requireBudgetFor(endpoint: Endpoint, revision: EndpointRevision): void {
    const { workspaceId, scaling, price } = endpoint
    const added = mostInstancesOf({ scaling, revisions: [revision] }) - mostInstancesOf(endpoint)
    if (added <= 0) return
    options.requireBudget(workspaceId, price && priceWith(endpoint, revision) - price.perHour)
  }

  /** By the hour; all variants run on machines of one type. */
  function priceWith(endpoint: Endpoint, revision: EndpointRevision): number {
    const { scaling, revisions, price } = endpoint
    const after = mostInstancesOf({ scaling, revisions: [...revisions, revision] })
    return ((price?.perHour ?? 0) / mostInstancesOf(endpoint)) * after
  }

  function addRevision(name: string, revision: EndpointRevision): void {
    endpoints.change(name, (stored) => {
      const { price } = stored.endpoint
      const perHour = priceWith(stored.endpoint, revision)
      return {
        ...stored,
        endpoint: {
          ...stored.endpoint,
          status: 'Updating',
          isScaled: false,
          price: price && { ...price, perHour },
          revisions: [...stored.endpoint.revisions, revision],
        },
      }
    })
  }

  return {
    async defaults(candidateId) {
      const { serving, instanceTypes, workspaceId, modelName } = await modelOf(candidateId)
      const { kmsKeyArn, vpc } = await options.connect(workspaceId)
      const { baseModelId } = getCandidate(db, candidateId)
      const { parameterCount } = await options.describeBaseModel(baseModelId, workspaceId)
      const isKnown = workspaceId !== localWorkspaceId && parameterCount !== null
      return {
        workspaceId,
        modelName,
        instanceType: serving.instanceType,
        instanceTypes: [...instanceTypes],
        neededGigabytes: isKnown ? servingMemoryOf(parameterCount) : null,
        kmsKeyArn,
        vpc,
      }
    },
    async deploy(request) {
      const model = await modelOf(request.candidateId, request.instanceType)
      const name = `timbre-${request.name}`.slice(0, 58)
      const known = findEndpoint(db, name)
      if (known && !known.isClean)
        throw new AppError('NameTaken', `There is an endpoint ${name}`, { details: { name } })
      // Before anything is written down: a machine of which it is not known what a copy of the model takes of it.
      if (request.scaling?.min === 0 && !request.isAsync) computeOf(model.serving)
      if (known) endpoints.forget(name)
      const connection = await options.connect(model.workspaceId)
      return endpoints.start({
        workspaceId: model.workspaceId,
        purpose: 'production',
        title: model.title,
        modelKey: model.serving.modelUri,
        name,
        idleMinutes: request.idleMinutes,
        mayGoUnguarded: request.mayGoUnguarded,
        dataCapture: request.dataCapture,
        scaling: request.scaling,
        asyncOutputUri: request.isAsync ? asyncOutputUri(connection, name) : null,
        variants: [
          {
            ...model.serving,
            candidateId: request.candidateId,
            title: model.title,
            instanceCount: Math.min(request.instanceCount, request.scaling?.max ?? Infinity),
          },
        ],
      })
    },
    async update(name, candidateId, share) {
      const endpoint = servingEndpoint(name)
      const revision = currentRevision(endpoint)
      const [old] = revision.variants
      if (!old) throw new AppError('Internal', 'The endpoint has no variant')
      const model = await modelOf(candidateId, old.instanceType)
      const added: EndpointVariant = {
        ...old,
        ...model.serving,
        name: share < 1 ? newVariant : old.name,
        modelName: freshName(name),
        candidateId,
        title: model.title,
        weight: share,
      }
      return putOn(name, {
        ...revision,
        configName: freshName(name),
        createdAtMs: options.now(),
        variants: share < 1 ? [{ ...old, name: 'Old', weight: 1 - share }, added] : [added],
      })
    },
    async rollBack(name) {
      const endpoint = servingEndpoint(name)
      const previous = endpoint.revisions.findLast(
        ({ configName }) => configName !== currentRevision(endpoint).configName,
      )
      if (!previous)
        throw new AppError('InvalidRequest', 'There is nothing to go back to', {
          details: { message: name },
        })
      requireBudgetFor(endpoint, previous)
      await endpoints.unscale(name)
      await updateEndpoint(await options.connect(endpoint.workspaceId), name, previous.configName)
      addRevision(name, previous)
      void endpoints.refresh(name)
      return endpoints.get(name)
    },
    async setShare(name, share) {
      const endpoint = servingEndpoint(name)
      const [old, added] = currentRevision(endpoint).variants
      if (!old || !added)
        throw new AppError('InvalidRequest', 'The endpoint has one variant', {
          details: { message: name },
        })
      const weights = { [old.name]: 1 - share, [added.name]: share }
      await setWeights(await options.connect(endpoint.workspaceId), name, weights)
      endpoints.change(name, (stored) => ({
        ...stored,
        endpoint: {
          ...stored.endpoint,
          revisions: stored.endpoint.revisions.map((revision, index, all) =>
            index < all.length - 1
              ? revision
              : {
                  ...revision,
                  variants: revision.variants.map((variant) => ({
                    ...variant,
                    weight: weights[variant.name] ?? variant.weight,
                  })),
                },
          ),
        },
      }))
      return endpoints.get(name)
    },
    async metrics(name, hours) {
      const endpoint = endpoints.get(name)
      const { variants, componentName } = currentRevision(endpoint)
      const endMs = options.now() + 60_000
      return endpointMetrics(
        await options.connect(endpoint.workspaceId),
        name,
        { variants: variants.map((variant) => variant.name), componentName },
        {
          startMs: endMs - hours * 3_600_000,
          endMs,
          periodSeconds: hours > 24 ? 3600 : hours > 3 ? 300 : 60,
        },
      )
    },
  }
}
