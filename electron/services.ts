/** Puts the services together, for the window and the command line alike. Nothing here knows Electron. */
import { mkdirSync, accessSync, constants } from 'node:fs'
import path from 'node:path'
import type { EventName, EventPayload } from '../shared/contract.ts'
import { costSince, type Endpoint } from '../shared/endpoint.ts'
import { AppError } from '../shared/errors.ts'
import {
  isTerminal,
  type BaseModel,
  type Candidate,
  type FineTuneRequest,
  type Model,
  type ModelVersion,
} from '../shared/model.ts'
import type { LeaderboardEntry } from '../shared/leaderboard.ts'
import type { PreviewRequest, PromptPreview } from '../shared/promptPreview.ts'
import type { CutRows, CutRowsRequest } from '../shared/cutRows.ts'
import type { CandidateEstimate, RunEstimate } from '../shared/runEstimate.ts'
import type { ExportFormat } from '../shared/modelExport.ts'
import type { ExportedDataset, ExportRequest } from '../shared/workbench/exportFormat.ts'
import type { SplitPreview, SplitRequest } from '../shared/workbench/splitPlan.ts'
import { currencyOf } from '../shared/partition.ts'
import { resolveLanguage, type Language } from '../shared/settings.ts'
import type { ColumnRoles, TrainingExample } from '../shared/dataset.ts'
import { describeHubModel, listHubModelIds, type HubModel } from './aws/hub.ts'
import { importHubModel } from './aws/hubImport.ts'
import { askJudge } from './aws/askJudge.ts'
import { ensureBucket, getText } from './aws/s3.ts'
import { createHubModels, type HubModels } from './baseModels/huggingFace/hubModels.ts'
import { createHubTokens, type HubTokens } from './baseModels/huggingFace/hubToken.ts'
import type { KeyStore } from './secrets/secretFile.ts'
import { baseModelId, readModelSource, type ModelSource } from './baseModels/modelSource.ts'
import { createCatalog, type Catalog } from './training/catalog/catalog.ts'
import { createHubDocuments } from './training/catalog/hubDocuments.ts'
import { createLicences, type Licences } from './training/catalog/licences.ts'
import { wayOf } from './training/ways/ways.ts'
import { createDatasetService, type DatasetService } from './dataset/datasetService.ts'
import { createImporter, type Importer } from './dataset/intake/importer.ts'
import { createContentStore, writeFileWhole } from './dataset/content.ts'
import { exportRows } from './dataset/workbench/exportRows.ts'
import { previewOf } from './dataset/workbench/previewSplit.ts'
import { createWorkbench, type Tokenizer, type Workbench } from './dataset/workbench/workbench.ts'
import { listBaseModels, replaceBaseModels } from './db/baseModels.ts'
import { getCandidate, moveToFrontOfQueue, updateCandidate } from './db/candidates.ts'
import { openDatabase, transact, type WritableDb } from './db/database.ts'
import { insertEvent } from './db/events.ts'
import { listMetricPoints } from './db/metrics.ts'
import { getModel, getVersion, listModels, setChosenCandidate } from './db/models.ts'
import { getSettings } from './db/settings.ts'
import { listUploads } from './db/uploads.ts'
import { createDiskService, type DiskService } from './disk/diskService.ts'
import type { LaunchEngine } from './engineProcess/engineChild.ts'
import { createEngineSupervisor, type EngineSupervisor } from './engineProcess/engineSupervisor.ts'
import { createBertScorer, type BertScorer } from './evaluation/bertScorer.ts'
import { createBuiltInSets, type BuiltInSets } from './evaluation/builtInSets.ts'
import { openEvaluationData } from './evaluation/evaluationData.ts'
import { estimateEvaluation } from './evaluation/estimateEvaluation.ts'
import { scoreWithLibrary } from './evaluation/library/libraryJob.ts'
import { createEvaluator, type Evaluator } from './evaluation/evaluator.ts'
import { sideService } from './inference/sideService.ts'
import type { EvaluationRequest } from '../shared/evaluation.ts'
import type { EvaluationEstimate } from '../shared/evaluationEstimate.ts'
import type { AnswerSide } from '../shared/playground.ts'
import type { Upload } from '../shared/upload.ts'
import { htmlReport } from './evaluation/report/htmlReport.ts'
import { reportWords } from './evaluation/report/reportWords.ts'
import { answerSamples } from './evaluation/report/sampleAnswers.ts'
import {
  createToxicityClassifier,
  type ToxicityClassifier,
} from './evaluation/toxicity/toxicityClassifier.ts'
import { createModelEndpoints } from './endpoints/modelEndpoints.ts'
import type { Playground } from './inference/playground.ts'
import { createUseServices, type UseServices } from './useServices.ts'
import { previewPrompt } from './inference/promptPreview.ts'
import { sentenceLogProbability } from './inference/sentenceProbability.ts'
import { exportCandidate, type ExportedFiles } from './export/exportCandidate.ts'
import { continueCandidate } from './training/continueCandidate.ts'
import { estimateVersion } from './training/estimateVersion.ts'
import { leaderboardOf } from './training/leaderboardOf.ts'
import { listCutRows } from './training/cutRows.ts'
import { createReadSplit, pinPlan } from './training/readSplit.ts'
import { createSendData } from './training/sendData.ts'
import { createTrainingQueue } from './training/queue.ts'
import { startVersion, submitCandidate, type StartVersionOptions } from './training/startVersion.ts'
import { watchTraining, type TrainingWatch } from './training/watchTraining.ts'
import { createTranslate } from './translate.ts'
import { createConnections, type Connection } from './aws/workspace.ts'
import { localWorkspaceId, workspaceDraftSchema, type Caller } from '../shared/workspace.ts'
import { getCaller } from './aws/identity.ts'
import { createSignIns, type SignIns } from './workspaces/signIns.ts'
import { getAwsWorkspace } from './db/workspaces.ts'
import { createAdoption, type Adoption } from './workspaces/adoptJobs.ts'
import { createPrices, type Prices } from './workspaces/prices.ts'
import { createPreflight, type PreflightService } from './workspaces/preflight.ts'
import { createSetup, type Setup } from './workspaces/setup.ts'
import { createUploads, type Uploads } from './workspaces/uploads.ts'
import { createWorkspaces, type Workspaces } from './workspaces/workspaceService.ts'
import { createWorkspaceTroubles, type WorkspaceTroubles } from './workspaces/workspaceTroubles.ts'
import { createAccountPace, type AccountPace } from './training/accountPace.ts'

export type Publish = <N extends EventName>(event: N, payload: EventPayload<N>) => void

export interface ServicesOptions {
  readonly dataDirectory: string
  /** Holds `models/` and `samples/`. */
  readonly resourcesDirectory: string
  readonly launchEngine: LaunchEngine
  readonly systemLocale: string
  readonly publish: Publish
  /** An endpoint answers for the first time. */
  readonly onEndpointReady?: (endpoint: Endpoint) => void
  /** A candidate ended: the window shows a notification. */
  readonly onEnded?: (candidate: Candidate, version: ModelVersion, model: Model) => void
  /** How often a processing job is asked for; left out: every twenty seconds. */
  readonly libraryPollMs?: number
  /** How often an account is asked whether an endpoint is ready; left out: every ten seconds. */
  readonly accountPollMs?: number
  readonly now?: () => number
  /** Null, or left out, where this computer has none. */
  readonly keyStore?: () => KeyStore | null
  /** The system's, for signing in to AWS. */
  readonly openBrowser?: (url: string) => Promise<void>
  /** A workspace's sign-in has ended while its jobs were followed. Told once until it is mended. */
  readonly onSignInNeeded?: (workspaceId: string) => void
  /** From the environment; goes before the settings and the kept token. */
  readonly huggingFace?: { readonly url?: string; readonly token?: string }
}

export interface Services {
  readonly db: WritableDb
  readonly datasets: DatasetService
  readonly importer: Importer
  readonly workbench: Workbench
  readonly engine: EngineSupervisor
  readonly playground: Playground
  readonly use: UseServices
  readonly evaluator: Evaluator
  /** What a report would take. @throws AppError as `evaluator.start` does */
  estimateEvaluation(request: EvaluationRequest): Promise<EvaluationEstimate>
  readonly builtInSets: BuiltInSets
  readonly toxicityClassifier: ToxicityClassifier
  readonly bertScorer: BertScorer
  readonly watch: TrainingWatch
  readonly hubModels: HubModels
  readonly hubTokens: HubTokens
  readonly workspaces: Workspaces
  readonly troubles: WorkspaceTroubles
  readonly setup: Setup
  readonly preflight: PreflightService
  readonly adoption: Adoption
  readonly uploads: Uploads
  /** A dataset as it stands, to the workspace's bucket. */
  sendDataset(workspaceId: string, datasetId: string): Promise<Upload>
  readonly signIns: SignIns
  /** Following goes on afterwards. @throws AppError Cancelled, SignInRefused, SignInElsewhere */
  signIn(workspaceId: string, flow: 'browser' | 'code'): Promise<void>
  readonly catalog: Catalog
  readonly licences: Licences
  readonly prices: Prices
  /** @throws AppError EngineUnavailable, WorkspaceNotFound, WorkspaceIncomplete, CredentialsMissing */
  connect(workspaceId: string): Promise<Connection>
  /** Who its credentials belong to. @throws AppError as `connect` does, but for WorkspaceIncomplete */
  testWorkspace(workspaceId: string): Promise<Caller>
  readonly disk: DiskService
  readonly dataDirectory: string
  readonly resourcesDirectory: string
  readonly systemLocale: string
  language(): Language
  /** From the hub; from the database's copy while the engine is off. */
  listBaseModels(): Promise<BaseModel[]>
  /** From a GGUF file or a Hugging Face folder. @throws AppError NotAModel, BaseModelUnusable */
  importBaseModel(source: string): Promise<BaseModel>
  /** @throws AppError DatasetTooSmall, ColumnNotFound, EngineUnavailable */
  previewPrompt(request: PreviewRequest): Promise<PromptPreview>
  /** @throws AppError ColumnNotFound, SplitImpossible */
  previewSplit(request: SplitRequest): Promise<SplitPreview>
  /** Writes a dataset as it stands, without the rows that were excluded. @throws AppError ColumnNotFound, DiskFull */
  exportDataset(request: ExportRequest, file: string): Promise<ExportedDataset>
  /** Rows of a version that another base model would not read whole. @throws AppError DatasetNotFound */
  cutRows(request: CutRowsRequest): Promise<CutRows>
  startVersion(request: FineTuneRequest): Promise<ModelVersion>
  /** What each run would take. @throws AppError as startVersion does */
  estimateVersion(request: FineTuneRequest): Promise<CandidateEstimate[]>
  /** A stopped one can go on later. */
  stopCandidate(candidateId: string): Promise<void>
  /** @throws AppError CandidateNotReady unless it was stopped */
  continueCandidate(candidateId: string): Promise<void>
  trainNext(candidateId: string): void
  chooseCandidate(versionId: string, candidateId: string | null): ModelVersion
  leaderboard(versionId: string): LeaderboardEntry[]
  /** Files that other programs read, in a new folder below `parent`. @throws AppError CandidateNotReady, ExportFailed */
  exportCandidate(candidateId: string, format: ExportFormat, parent: string): Promise<ExportedFiles>
  /** Questions of the data that a candidate was made with. */
  prompts(candidateId: string): Promise<{ unseen: string[]; trained: string[] }>
  /** The report as HTML. @throws AppError CandidateNotReady */
  report(candidateId: string): Promise<string>
  close(): Promise<void>
}

const mostPrompts = 500
/** A processing job takes minutes. */
const libraryPollMs = 20_000

export function createServices(options: ServicesOptions): Services {
  const now = options.now ?? Date.now
  prepareDirectory(options.dataDirectory)
  const db = openDatabase(path.join(options.dataDirectory, 'timbre.db'))
  const modelsDirectory = path.join(options.resourcesDirectory, 'models')

  const language = () => resolveLanguage(getSettings(db).language, options.systemLocale)
  const contentDirectory = path.join(options.dataDirectory, 'content')
  const datasets = createDatasetService({
    db,
    contentDirectory,
    publish: options.publish,
    clock: now,
  })
  // Only tidying up: what stays behind is tried again at the next start.
  void datasets.removeUnreferenced().catch(() => undefined)
  const engine = createEngineSupervisor({
    dataDirectory: options.dataDirectory,
    modelsDirectory,
    launch: options.launchEngine,
    threads: () => getSettings(db).trainingThreads,
    onStatus: (status) => {
      options.publish('engine.changed', status)
      if (status.state === 'running') void disk.eraseExpired()
    },
    now,
  })
  const workspaces = createWorkspaces({
    db,
    directory: path.join(options.dataDirectory, 'workspaces'),
    keyStore: options.keyStore ?? (() => null),
    localTarget: () => engine.target(),
    publish: options.publish,
    now,
  })
  const paces = createPaces(now, () => getSettings(db).awsCallsPerMinute)
  const connections = createConnections(
    (id) => workspaces.target(id),
    (id) => paces(id).note(),
  )
  const troubles = createWorkspaceTroubles(options.publish, (id) => options.onSignInNeeded?.(id))
  const signIns = createSignIns({
    access: (id) => workspaces.access(id),
    openBrowser: options.openBrowser ?? (() => Promise.resolve()),
    closingWords: () => createTranslate(language())('native:signIn.closing'),
    publish: options.publish,
  })
  const connectTo = (workspaceId: string) => connections.connect(workspaceId)
  const importer = createImporter({
    datasets,
    connect: () => connectTo(getSettings(db).workspaceId),
    publish: options.publish,
    now,
  })
  const connect = () => connectTo(localWorkspaceId)
  const setup = createSetup({
    open: (id) => connections.open(id),
    workspace: (id) => getAwsWorkspace(db, id),
    setExecutionRole(id, executionRoleArn) {
      const workspace = getAwsWorkspace(db, id)
      workspaces.update(id, workspaceDraftSchema.parse({ ...workspace, executionRoleArn }))
    },
    now,
  })
  const prices = createPrices({ open: (id) => connections.open(id), now })
  const preflight = createPreflight({
    db,
    open: (id) => connections.open(id),
    workspace: (id) => getAwsWorkspace(db, id),
    prices,
    endpointCosts(workspaceId, sinceMs) {
      const { endpoints } = use.endpoints.state()
      const ours = endpoints.filter((endpoint) => endpoint.workspaceId === workspaceId)
      const sum = (isOver: boolean) =>
        ours
          .filter(({ status }) => (status === 'Gone') === isOver)
          .reduce((total, endpoint) => total + (costSince(endpoint, sinceMs, now()) ?? 0), 0)
      return { spent: sum(true), committed: sum(false) }
    },
    now,
  })
  const adoption = createAdoption({
    db,
    open: (id) => connections.open(id),
    onAdopted(version) {
      options.publish('version.changed', version)
      watch.expect(version.candidates)
      watch.hurry()
    },
    now,
  })
  const uploads = createUploads({ db, connect: connectTo, publish: options.publish, now })

  /** A hub document does not change within a run, and each step asks for one. */
  const hubModels = new Map<string, Promise<HubModel>>()
  function hubModel(id: string): Promise<HubModel> {
    const known = hubModels.get(id)
    if (known) return known
    const described = connect().then(({ clients }) => describeHubModel(clients, id))
    hubModels.set(id, described)
    described.catch(() => hubModels.delete(id))
    return described
  }
  /** The same of a workspace at AWS, whose hub has other images for the same names. */
  const cloudHubModels = new Map<string, Promise<HubModel>>()
  function cloudHubModel(id: string, workspaceId: string): Promise<HubModel> {
    const key = JSON.stringify([workspaceId, id])
    const known = cloudHubModels.get(key)
    if (known) return known
    const described = connectTo(workspaceId).then((to) => documents.describe(to, id))
    cloudHubModels.set(key, described)
    described.catch(() => cloudHubModels.delete(key))
    return described
  }

  const readSplit = createReadSplit(datasets.readExamples)
  /** @throws AppError DatasetNotFound */
  const splitExamples = (version: ModelVersion) => readSplit(version, version.datasetSha256)
  const workbench = createWorkbench({
    db,
    datasets,
    contentDirectory: path.join(options.dataDirectory, 'content'),
    tokenizerOf,
    onProfileProgress: (datasetId, fraction) =>
      options.publish('workbench.profiled', { datasetId, fraction }),
    clock: now,
  })

  /** Null where the engine is off, or the model is one whose files are elsewhere. */
  async function tokenizerOf(baseModelId: string): Promise<Tokenizer | null> {
    try {
      const { clients } = await connect()
      const { baseModel, trainingArtifactUri } = await hubModel(baseModelId)
      const folder = trainingArtifactUri.replace(/\/*$/, '/')
      const document = await getText(clients, `${folder}tokenizer.json`)
      const { prompt, completion } = baseModel.promptTemplate
      return {
        baseModelId,
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
  }

  /** Validation rows without those that stand among the training rows as well. @throws AppError DatasetNotFound */
  async function heldOutExamples(version: ModelVersion): Promise<TrainingExample[]> {
    const split = await splitExamples(version)
    const keyOf = ({ prompt, completion }: TrainingExample) => JSON.stringify([prompt, completion])
    const seen = new Set(split.training.map(keyOf))
    return split.validation.filter((example) => !seen.has(keyOf(example)))
  }

  async function addBaseModel(source: ModelSource, signal?: AbortSignal): Promise<BaseModel> {
    const { clients, bucket } = await connect()
    const taken = new Set(await listHubModelIds(clients))
    const id = baseModelId(source.displayName, taken)
    await ensureBucket(clients, bucket)
    await importHubModel(
      clients,
      bucket,
      { id, ...source, markdown: source.card },
      (fraction) => options.publish('baseModel.copied', { name: source.displayName, fraction }),
      signal,
    )
    hubModels.delete(id)
    return (await hubModel(id)).baseModel
  }

  const tokens = createHubTokens(
    path.join(options.dataDirectory, 'hugging-face-token'),
    options.keyStore ?? (() => null),
  )
  const hubAddress = async () => {
    const url = options.huggingFace?.url ?? getSettings(db).hubUrl
    return { url, token: options.huggingFace?.token ?? (await tokens.get(url)) }
  }
  const huggingFace = createHubModels({
    directory: path.join(options.dataDirectory, 'models', 'downloads'),
    address: hubAddress,
    requireEngine: async () => void (await connect()),
    addToLibrary: addBaseModel,
    onProgress: (download) => options.publish('hubModel.progressed', download),
    now,
  })

  /** None when the dataset was deleted: what was learned from it stays, the rows don't. */
  const unseenExamples = (version: ModelVersion) =>
    heldOutExamples(version).catch((error: unknown): TrainingExample[] => {
      if (error instanceof AppError && error.code === 'DatasetNotFound') return []
      throw error
    })

  const use: UseServices = createUseServices({
    db,
    dataDirectory: options.dataDirectory,
    datasets,
    connect: connectTo,
    workspaceIds: () => workspaces.list().map(({ id }) => id),
    describeHubModel: async (id, workspaceId) =>
      workspaceId === localWorkspaceId ? hubModel(id) : cloudHubModel(id, workspaceId),
    describeBaseModel: async (id, workspaceId) =>
      (await catalog.describe(await connectTo(workspaceId), id)).baseModel,
    // On this computer nothing is paid; what an account pays, its price list tells.
    async priceOf(workspaceId, instanceType) {
      if (workspaceId === localWorkspaceId) return { perHour: 0, currency: 'USD' }
      const { hourly, currency } = await prices.list(workspaceId, 'Hosting')
      const perHour = hourly[instanceType]
      return perHour === undefined ? null : { perHour, currency }
    },
    idleMinutes: () => getSettings(db).endpointIdleMinutes,
    leaderboard: (versionId) => leaderboardOf(db, versionId),
    report: (candidateId) => report(candidateId),
    publish: {
      piece: (piece) => options.publish('answer.appended', piece),
      endpoints: (state) => options.publish('endpoints.changed', state),
      batch: (batch) => options.publish('batch.progressed', batch),
    },
    ...(options.onEndpointReady ? { onEndpointReady: options.onEndpointReady } : {}),
    ...(options.accountPollMs ? { accountPollMs: options.accountPollMs } : {}),
    now,
  })
  const { playground } = use
  const estimates = new Map<string, RunEstimate>()
  const builtInSets = createBuiltInSets(path.join(options.dataDirectory, 'evaluation-sets'))
  const evaluationData = {
    unseenExamples: heldOutExamples,
    trainingExamples: async (version: ModelVersion) => (await splitExamples(version)).training,
    getDataset: (id: string) => datasets.get(id),
    readExamples: (id: string, columns: ColumnRoles, sha256: string) =>
      datasets.readExamples(id, columns, sha256),
    builtInSets,
  }
  const toxicityClassifier = createToxicityClassifier({
    directory: path.join(options.dataDirectory, 'classifiers', 'detoxify-unbiased'),
    address: hubAddress,
    onProgress: (progress) => options.publish('toxicityClassifier.progressed', progress),
  })
  const bertScorer = createBertScorer(path.join(options.dataDirectory, 'classifiers', 'encoder'))
  const evaluator = createEvaluator({
    db,
    connect: connectTo,
    openData: (version, source) => openEvaluationData(evaluationData, version, source),
    readPairs: () => builtInSets.readPairs(),
    answer: (candidate, side, prompt, settings, signal) =>
      playground.answer(candidate, side, prompt, settings, undefined, signal),
    readLogProbability: (candidate, side, sentence, signal) =>
      sentenceLogProbability(
        { connect: connectTo, describeHubModel: hubModel, endpoints: use.endpoints },
        candidate,
        side,
        sentence,
        signal,
      ),
    askJudge: async (judge, prompt, signal) =>
      askJudge(await connections.open(judge.workspaceId), judge.modelId, prompt, signal),
    runLibrary: async (library, order) =>
      scoreWithLibrary(await connectTo(library.workspaceId), {
        ...order,
        pollMs: options.libraryPollMs ?? libraryPollMs,
      }),
    detector: () => toxicityClassifier.detector(),
    judgeToxicity: (texts) => toxicityClassifier.judge(texts),
    scoreMeaning: (answers, reference) => bertScorer.score(answers, reference),
    publish: (progress) => options.publish('evaluation.progressed', progress),
    now,
  })
  const estimating = {
    openData: (version: ModelVersion, source: EvaluationRequest['source']) =>
      openEvaluationData(evaluationData, version, source),
    serviceOf: (candidate: Candidate, side: AnswerSide) =>
      sideService(
        { describeHubModel: cloudHubModel, endpoints: () => use.endpoints.state().endpoints },
        candidate,
        getVersion(db, candidate.versionId).workspaceId,
        side,
      ),
    async priceOf(workspaceId: string, instanceType: string, use: 'Hosting' | 'Processing') {
      const { hourly, from } = await prices.list(workspaceId, use)
      // The table is of training and hosting.
      return use === 'Processing' && from === 'table' ? null : (hourly[instanceType] ?? null)
    },
    currencyOf: async (workspaceId: string) =>
      workspaceId === localWorkspaceId
        ? ('USD' as const)
        : currencyOf((await connections.open(workspaceId)).region),
    latest: (candidateId: string) => evaluator.latest(candidateId),
    idleMinutes: () => getSettings(db).endpointIdleMinutes,
  }
  const documents = createHubDocuments({
    db,
    describeLocal: hubModel,
    onProgress: (progress) => options.publish('catalog.progressed', progress),
  })
  const catalog = createCatalog(documents)
  const licences = createLicences({ db, documents, now })
  const queue = createTrainingQueue(db)
  const outbox = createContentStore(path.join(options.dataDirectory, 'outbox'))
  // What nobody goes on sending; only tidying up.
  const unsent = listUploads(db).filter(({ state }) => state !== 'completed')
  void outbox.removeExcept(new Set(unsent.map(({ sha256 }) => sha256))).catch(() => undefined)
  const sendData = createSendData({
    outbox,
    async sendLarge(workspaceId, file) {
      const { id } = await uploads.send(workspaceId, file)
      await uploads.settled(id)
      const ended = uploads.list().find((upload) => upload.id === id)
      if (ended) return ended
      throw new AppError('Cancelled', `Sending ${file.name} was cancelled`)
    },
  })
  const training: StartVersionOptions = {
    db,
    connect: connectTo,
    describeBaseModel: (connection, id) => catalog.describe(connection, id),
    requireLicence: (connection, baseModel) => licences.require(connection, baseModel),
    requireBudget: (workspaceId, instanceTypes) =>
      preflight.requireBudget(workspaceId, instanceTypes),
    getDataset: (id) => datasets.get(id),
    trainingContent: (id) => workbench.trainingContent(id),
    readSplit,
    sendData,
    estimateOf: (key) => estimates.get(key),
    queue,
    now,
  }
  const watch = watchTraining({
    db,
    connect: connectTo,
    hasRoom: (connection, candidate) => queue.hasRoom(connection, candidate),
    submit: (connection, candidate) => submitCandidate(training, connection, candidate),
    publish: (event, payload) => {
      if (!Array.isArray(payload) && payload.workspaceId !== localWorkspaceId)
        void preflight.count(payload)
      options.publish(event, payload)
    },
    onEnded: (candidate, version) =>
      options.onEnded?.(candidate, version, getModel(db, version.modelId)),
    paceOf: paces,
    onTrouble: (id, error) => troubles.report(id, error),
    now,
  })
  async function report(candidateId: string): Promise<string> {
    const candidate = getCandidate(db, candidateId)
    const version = getVersion(db, candidate.versionId)
    if (candidate.status !== 'Completed') {
      throw new AppError('CandidateNotReady', 'The candidate is not trained yet', {
        details: { reason: '' },
      })
    }
    const evaluation = evaluator.latest(candidateId)
    const isEvaluated = evaluation !== null && evaluation.rows.length > 0
    // An evaluation brings its own answers; without the engine the report has everything but answers.
    const canAsk = engine.status().state === 'running' && !isEvaluated
    const samples = canAsk
      ? await answerSamples(await unseenExamples(version), (side, prompt, settings) =>
          playground.answer(candidate, side, prompt, settings),
        )
      : []
    const facts = {
      model: getModel(db, version.modelId),
      version,
      candidate,
      leaderboard: leaderboardOf(db, version.id),
      points: listMetricPoints(db, candidateId),
      evaluation,
      samples,
      language: language(),
      writtenAtMs: now(),
    }
    return htmlReport(facts, reportWords(createTranslate(language())))
  }

  async function readBaseModels(): Promise<BaseModel[]> {
    try {
      const { clients } = await connect()
      const ids = await listHubModelIds(clients)
      const models = await Promise.all(ids.map(hubModel))
      replaceBaseModels(
        db,
        models.map((model) => model.baseModel),
      )
    } catch (error) {
      const isOff = error instanceof AppError && error.code === 'EngineUnavailable'
      if (!isOff) throw error
    }
    return listBaseModels(db)
  }

  async function stopCandidate(candidateId: string): Promise<void> {
    const candidate = getCandidate(db, candidateId)
    const connection = await connectTo(getVersion(db, candidate.versionId).workspaceId)
    await wayOf(candidate)
      .stop(connection, candidate)
      .catch((error: unknown) => {
        // Still queued here: there is no job to stop, and none is made any more.
        const hasNoJob = error instanceof AppError && error.code === 'NotFound'
        if (!hasNoJob || candidate.status !== 'Queued') throw error
      })
    transact(db, () => {
      const { status } = getCandidate(db, candidateId)
      if (isTerminal(status)) return
      insertEvent(db, { candidateId, kind: 'stop-requested', details: {}, atMs: now() })
      updateCandidate(
        db,
        candidateId,
        status === 'Queued' ? { status: 'Stopped', endedAtMs: now() } : { status: 'Stopping' },
      )
    })
    options.publish('version.changed', getVersion(db, candidate.versionId))
    await watch.check()
  }

  const disk = createDiskService({
    db,
    directory: options.dataDirectory,
    connect: connectTo,
    isEngineRunning: () => engine.status().state === 'running',
    readBaseModels,
    stopCandidate,
    deleteDataset: (id) => datasets.delete(id),
    stopEvaluations: (candidateId) => evaluator.stopCandidate(candidateId),
    forgetBaseModel: (id) => hubModels.delete(id),
    ...createModelEndpoints(use.endpoints),
    clearDownloads: () => huggingFace.clear(),
    now,
  })

  return {
    db,
    datasets,
    importer,
    workbench,
    async previewSplit(request) {
      const contentSha256 = await workbench.trainingContent(request.datasetId)
      const split = await pinPlan(request.split, workbench.trainingContent)
      return previewOf(await readSplit({ ...request, split }, contentSha256), request.splitSeed)
    },
    async exportDataset({ datasetId, format, columns, systemPrompt = '' }, file) {
      const rows = await workbench.rows(datasetId)
      const run = exportRows(rows, { format, roles: columns, systemPrompt })
      await writeFileWhole(file, run.chunks)
      return run.counts
    },
    engine,
    playground,
    use,
    evaluator,
    estimateEvaluation(request) {
      const candidate = getCandidate(db, request.candidateId)
      const version = getVersion(db, candidate.versionId)
      return estimateEvaluation(estimating, candidate, version, request)
    },
    builtInSets,
    toxicityClassifier,
    bertScorer,
    watch,
    hubModels: huggingFace,
    hubTokens: tokens,
    workspaces,
    troubles,
    setup,
    preflight,
    adoption,
    uploads,
    signIns,
    async signIn(id, flow) {
      await signIns.start(id, flow)
      troubles.report(id, null)
      watch.hurry()
    },
    async sendDataset(workspaceId, datasetId) {
      const { name, contentSha256, sizeBytes } = datasets.get(datasetId)
      return uploads.send(workspaceId, {
        file: path.join(contentDirectory, contentSha256),
        name: `${name}.csv`,
        contentType: 'text/csv',
        sha256: contentSha256,
        sizeBytes,
      })
    },
    catalog,
    licences,
    prices,
    connect: connectTo,
    testWorkspace: async (id) => getCaller((await connections.open(id)).clients),
    disk,
    dataDirectory: options.dataDirectory,
    resourcesDirectory: options.resourcesDirectory,
    systemLocale: options.systemLocale,
    language,
    listBaseModels: readBaseModels,
    importBaseModel: async (sourcePath) => addBaseModel(await readModelSource(sourcePath)),
    async previewPrompt(request) {
      const contentSha256 = await workbench.trainingContent(request.datasetId)
      const { datasetId, columns } = request
      const examples = await datasets.readExamples(datasetId, columns, contentSha256)
      const model = await hubModel(request.baseModelId)
      return previewPrompt(await connect(), use.endpoints, model, examples, request)
    },
    cutRows: (request) => listCutRows(readSplit, getVersion(db, request.versionId), request),
    async startVersion(request) {
      requireKnownState(db, request)
      const version = await startVersion(training, request)
      options.publish('version.changed', version)
      watch.expect(version.candidates)
      void watch.check()
      return version
    },
    estimateVersion: (request) =>
      estimateVersion(training, request, (key, estimate) => estimates.set(key, estimate)),
    async continueCandidate(candidateId) {
      const version = continueCandidate(db, candidateId, now())
      options.publish('version.changed', version)
      watch.expect(version.candidates.filter(({ id }) => id === candidateId))
      await watch.check()
    },
    trainNext(candidateId) {
      const { versionId } = getCandidate(db, candidateId)
      moveToFrontOfQueue(db, candidateId)
      options.publish('version.changed', getVersion(db, versionId))
      void watch.check()
    },
    stopCandidate,
    chooseCandidate(versionId, candidateId) {
      const version = setChosenCandidate(db, versionId, candidateId)
      options.publish('version.changed', version)
      return version
    },
    leaderboard: (versionId) => leaderboardOf(db, versionId),
    async prompts(candidateId) {
      const version = getVersion(db, getCandidate(db, candidateId).versionId)
      const unseen = (await unseenExamples(version)).map(({ prompt }) => prompt)
      const known = new Set(unseen)
      const all = await datasets
        .readExamples(version.datasetId, version.columns, version.datasetSha256)
        .catch(() => []) // the dataset was deleted: what was learned from it stays, the rows don't
      const trained = all.map(({ prompt }) => prompt).filter((prompt) => !known.has(prompt))
      return { unseen: unseen.slice(0, mostPrompts), trained: trained.slice(0, mostPrompts) }
    },
    async exportCandidate(candidateId, format, parent) {
      const candidate = getCandidate(db, candidateId)
      const version = getVersion(db, candidate.versionId)
      const questions = (await unseenExamples(version)).map((example) => example.prompt)
      const modelName = getModel(db, version.modelId).name
      return exportCandidate(await connect(), candidate, await hubModel(candidate.baseModelId), {
        format,
        modelName,
        questions: questions.filter((question) => question.trim() !== ''),
        parent,
      })
    },
    report,
    async close() {
      signIns.close()
      await uploads.close()
      workbench.close()
      await huggingFace.close()
      await evaluator.close()
      await toxicityClassifier.close()
      await bertScorer.close()
      await use.close()
      await watch.close()
      connections.close()
      await engine.close()
      db.close()
    },
  }
}

/** Content is named by its hash alone, so only a state that a version was trained on may be asked for. */
function requireKnownState(db: WritableDb, { datasetId, datasetSha256 }: FineTuneRequest): void {
  if (datasetSha256 === undefined) return
  const isKnown = listModels(db).some(({ versions }) =>
    versions.some(
      (version) => version.datasetId === datasetId && version.datasetSha256 === datasetSha256,
    ),
  )
  if (!isKnown)
    throw new AppError('DatasetNotFound', 'No version was trained on this state', {
      details: { id: datasetId },
    })
}

/** What a row may have without being cut, as training does by default. */
function longestInput({ contextTokens, hyperparameters }: BaseModel): number | null {
  const setting = Number(hyperparameters.find(({ name }) => name === 'max_input_length')?.default)
  const limits = [contextTokens, Number.isFinite(setting) && setting > 0 ? setting : null]
  const known = limits.filter((limit) => limit !== null)
  return known.length > 0 ? Math.min(...known) : null
}

/** One for each workspace. */
function createPaces(
  now: () => number,
  callsPerMinute: () => number,
): (workspaceId: string) => AccountPace {
  const paces = new Map<string, AccountPace>()
  return (workspaceId) => {
    const pace = paces.get(workspaceId) ?? createAccountPace({ now, callsPerMinute })
    paces.set(workspaceId, pace)
    return pace
  }
}

/** @throws AppError DataDirectoryUnusable */
function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
  } catch (error) {
    throw new AppError('DataDirectoryUnusable', `The data folder ${directory} can't be written`, {
      details: { path: directory },
      cause: error,
    })
  }
}
