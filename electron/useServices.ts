/** Puts together what uses and ships trained models: playground, endpoints, registry, notebook, bundles, batches. */
import path from 'node:path'
import type { Batch } from '../shared/batch.ts'
import type { Dataset } from '../shared/dataset.ts'
import {
  componentArn,
  currentRevision,
  type Endpoint,
  type EndpointsState,
  type StartedEndpoint,
} from '../shared/endpoint.ts'
import { AppError } from '../shared/errors.ts'
import { invocationCode, type CodeLanguage } from '../shared/invocationCode.ts'
import type { LeaderboardEntry } from '../shared/leaderboard.ts'
import type { BaseModel } from '../shared/model.ts'
import type { AnswerPiece, AskedSide, NamedSpeaker, Speaker } from '../shared/playground.ts'
import { defaultPromptTemplate } from '../shared/promptTemplate.ts'
import { asyncPlaces } from './aws/asyncInvocation.ts'
import { downloadObject, placeOf } from './aws/downloadObject.ts'
import type { HubModel } from './aws/hub.ts'
import type { Connection } from './aws/workspace.ts'
import { createBatchRunner, type BatchRunner } from './batch/batchRunner.ts'
import { createTransformBatches, type LookPace } from './batch/transformBatch.ts'
import { createBundles, type Bundles } from './bundle/bundles.ts'
import type { DatasetService } from './dataset/datasetService.ts'
import { getCandidate } from './db/candidates.ts'
import type { WritableDb } from './db/database.ts'
import { getVersion, listModels } from './db/models.ts'
import { saveRunCost } from './db/runCosts.ts'
import { appendRow } from './dataset/appendRow.ts'
import { createDeployments, type Deployments } from './endpoints/deployments.ts'
import {
  createEndpointService,
  type EndpointService,
  type PriceOf,
  type RequireBudget,
} from './endpoints/endpointService.ts'
import { hostingOf } from './endpoints/hosting.ts'
import { artifactOf } from './endpoints/trainedModel.ts'
import { createPlayground, promptFor, type Playground } from './inference/playground.ts'
import { listSpeakers, reachSpeaker } from './inference/speakers.ts'
import { startedEndpoints } from './inference/startedEndpoints.ts'
import { notebook, type Notebook } from './notebook/notebook.ts'
import { notebookFactsOf } from './notebook/readNotebookFacts.ts'
import { createModelRegistry, type ModelRegistry } from './registry/modelRegistry.ts'

export interface UseServicesOptions {
  readonly db: WritableDb
  readonly dataDirectory: string
  readonly datasets: DatasetService
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly workspaceIds: () => readonly string[]
  /** This computer's, as last seen while the engine is off. */
  readonly listBaseModels: () => Promise<BaseModel[]>
  readonly describeHubModel: (id: string, workspaceId: string) => Promise<HubModel>
  readonly describeBaseModel: (id: string, workspaceId: string) => Promise<BaseModel>
  /** Of one machine by the hour; null: not known. */
  readonly priceOf: PriceOf
  readonly requireBudget: RequireBudget
  readonly idleMinutes: () => number
  readonly leaderboard: (versionId: string) => LeaderboardEntry[]
  readonly report: (candidateId: string) => Promise<string>
  readonly publish: {
    readonly piece: (piece: AnswerPiece) => void
    readonly endpoints: (state: EndpointsState) => void
    readonly batch: (batch: Batch) => void
  }
  readonly onEndpointReady?: (endpoint: Endpoint) => void
  /** How many calls an account is asked. */
  readonly paceOf: (workspaceId: string) => LookPace
  /** How often an account is asked whether what was begun is ready; left out: every ten seconds. */
  readonly accountPollMs?: number
  readonly now: () => number
}

export interface UseServices {
  readonly playground: Playground
  readonly endpoints: EndpointService
  readonly deployments: Deployments
  readonly priceOf: PriceOf
  readonly registry: ModelRegistry
  readonly bundles: Bundles
  readonly batches: BatchRunner
  speakers(): Promise<NamedSpeaker[]>
  /** What begins to cost by the hour when these are asked. */
  startPrice(asked: readonly AskedSide[]): Promise<StartedEndpoint[]>
  /** A question and its answer as one more row of a dataset. @throws AppError ColumnNotFound */
  teach(datasetId: string, question: string, answer: string): Promise<Dataset>
  notebook(candidateId: string): Promise<Notebook>
  /** Goes on where an earlier download of it was interrupted. */
  downloadArtifact(candidateId: string, file: string): Promise<void>
  code(endpointName: string, language: CodeLanguage): Promise<string>
  /** Before the engine ends. */
  close(): Promise<void>
}

/** An endpoint takes minutes to come into service. */
const accountPollMs = 10_000

export function createUseServices(options: UseServicesOptions): UseServices {
  const { db, datasets, connect, describeHubModel, priceOf, requireBudget, now } = options
  const pollMs = options.accountPollMs ?? accountPollMs
  const endpoints = createEndpointService({
    db,
    connect,
    workspaceIds: options.workspaceIds,
    priceOf,
    requireBudget,
    idleMinutes: options.idleMinutes,
    publish: options.publish.endpoints,
    pollMs,
    ...(options.onEndpointReady ? { onReady: options.onEndpointReady } : {}),
    now,
  })
  const playground = createPlayground({
    db,
    connect,
    describeHubModel,
    endpoints,
    publish: options.publish.piece,
    pollMs,
    now,
  })
  const reportOrNull = (candidateId: string) => options.report(candidateId).catch(() => null)
  const registry = createModelRegistry({
    db,
    connect,
    describeHubModel,
    describeBaseModel: options.describeBaseModel,
    leaderboard: options.leaderboard,
    report: reportOrNull,
  })
  const bundles = createBundles({
    db,
    keyFile: path.join(options.dataDirectory, 'bundle-key.pem'),
    connect,
    exportDataset: (id, file) => datasets.exportTo(id, file),
    importDataset: (file) => datasets.import(file),
    renameDataset: (id, name) => datasets.rename(id, name),
    report: reportOrNull,
    now,
  })
  const facts = {
    db,
    connect,
    describeHubModel,
    getEndpoint: (name: string) => endpoints.get(name),
  }
  function candidateOf(speaker: Speaker) {
    if (speaker.kind === 'candidate') return getCandidate(db, speaker.candidateId)
    throw new AppError('NotServedByEndpoint', 'Only a candidate is asked by a transform job')
  }
  const batches = createBatchRunner({
    db,
    getDataset: (id) => datasets.get(id),
    rowStore: datasets.rowStore,
    answer: (speaker, prompt, settings, signal) =>
      playground.answerOf(speaker, prompt, settings, signal),
    transforms: createTransformBatches({
      connect,
      hostingOf: async ({ speaker }, instanceType) => {
        const candidate = candidateOf(speaker)
        const { workspaceId } = getVersion(db, candidate.versionId)
        return hostingOf(facts, candidate, workspaceId, instanceType)
      },
      inputsOf: ({ speaker, settings }, prompt) =>
        promptFor(candidateOf(speaker).promptTemplate, prompt, settings, []),
      paceOf: options.paceOf,
      count({ workspaceId, price, seconds }, jobName, isEnded) {
        const startedAtMs = now() - (seconds[jobName] ?? 0) * 1000
        if (price)
          saveRunCost(db, {
            candidateId: jobName,
            workspaceId,
            pricePerHour: price.perHour,
            currency: price.currency,
            reckonedIn: price.reckonedIn,
            billableSeconds: seconds[jobName] ?? 0,
            pricePerThousandTokens: 0,
            tokens: 0,
            isEnded,
            startedAtMs,
          })
      },
      now,
    }),
    priceOf,
    requireBudget,
    reach: (speaker) => reachSpeaker(facts, speaker),
    publish: options.publish.batch,
    now,
  })

  async function exampleOf(endpoint: Endpoint): Promise<{ template: string; example: string }> {
    const candidateId = currentRevision(endpoint).variants.at(-1)?.candidateId ?? null
    if (candidateId === null)
      return { template: defaultPromptTemplate.prompt, example: 'How do I begin?' }
    const candidate = getCandidate(db, candidateId)
    const [example] = getVersion(db, candidate.versionId).samplePrompts
    return { template: candidate.promptTemplate.prompt, example: example ?? 'How do I begin?' }
  }

  return {
    playground,
    endpoints,
    priceOf,
    deployments: createDeployments({
      db,
      endpoints,
      connect,
      describeHubModel,
      describeBaseModel: options.describeBaseModel,
      requireBudget,
      now,
    }),
    registry,
    bundles,
    batches,
    startPrice: (asked) =>
      startedEndpoints({ ...facts, priceOf, endpoints: () => endpoints.state().endpoints }, asked),
    async speakers() {
      const baseModels = await options.listBaseModels()
      return listSpeakers(listModels(db), baseModels, endpoints.state().endpoints)
    },
    teach: (datasetId, question, answer) =>
      appendRow(datasets, datasets.get(datasetId), question, answer),
    notebook: async (candidateId) => notebook(await notebookFactsOf(facts, candidateId)),
    async downloadArtifact(candidateId, file) {
      const candidate = getCandidate(db, candidateId)
      const { workspaceId } = getVersion(db, candidate.versionId)
      const { clients } = await connect(workspaceId)
      await downloadObject(clients, placeOf(artifactOf(candidate)), file)
    },
    async code(endpointName, language) {
      const endpoint = endpoints.get(endpointName)
      const { template, example } = await exampleOf(endpoint)
      const { asyncOutputUri, componentName } = currentRevision(endpoint)
      const invocation = {
        endpointName,
        endpointArn: endpoint.arn,
        region: endpoint.region,
        promptTemplate: template,
        example,
        maxNewTokens: 120,
        component:
          componentName === null
            ? null
            : { name: componentName, arn: componentArn(endpoint, componentName) },
        isLocal: endpoint.workspaceId === 'local',
      }
      if (asyncOutputUri === null) return invocationCode(language, invocation)
      const { kmsKeyArn } = await connect(endpoint.workspaceId)
      const places = asyncPlaces(asyncOutputUri, endpointName)
      return invocationCode(language, { ...invocation, ...places, kmsKeyArn })
    },
    async close() {
      playground.close()
      await batches.close()
      endpoints.close()
    },
  }
}
