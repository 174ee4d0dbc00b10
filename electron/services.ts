/** Puts the services together, for the window and the command line alike. Nothing here knows Electron. */
import path from 'node:path'
import type { EventName, EventPayload } from '../shared/contract.ts'
import { costSince, startingHours, type Endpoint } from '../shared/endpoint.ts'
import { AppError } from '../shared/errors.ts'
import type { BaseModel, Candidate, Model, ModelVersion } from '../shared/model.ts'
import type { LeaderboardEntry } from '../shared/leaderboard.ts'
import type { PreviewRequest, PromptPreview } from '../shared/promptPreview.ts'
import type { CutRows, CutRowsRequest } from '../shared/cutRows.ts'
import type { RunEstimate } from '../shared/runEstimate.ts'
import type { ExportFormat } from '../shared/modelExport.ts'
import type { ExportedDataset, ExportRequest } from '../shared/workbench/exportFormat.ts'
import { currencyOf } from '../shared/partition.ts'
import { resolveLanguage, type Language } from '../shared/settings.ts'
import { createHubModels, type HubModels } from './baseModels/huggingFace/hubModels.ts'
import { createHubTokens, type HubTokens } from './baseModels/huggingFace/hubToken.ts'
import type { KeyStore } from './secrets/secretFile.ts'
import { readModelSource } from './baseModels/modelSource.ts'
import { createCatalog, type Catalog } from './training/catalog/catalog.ts'
import { createHubDocuments } from './training/catalog/hubDocuments.ts'
import { createLicences, type Licences } from './training/catalog/licences.ts'
import { createDatasetService, type DatasetService } from './dataset/datasetService.ts'
import { createImporter, type Importer } from './dataset/intake/importer.ts'
import { createContentStore, writeFileWhole } from './dataset/content.ts'
import { createExampleReader } from './dataset/split/exampleReader.ts'
import { firstOf, type Examples } from './dataset/split/examples.ts'
import { exportRows } from './dataset/workbench/exportRows.ts'
import { createWorkbench, type Workbench } from './dataset/workbench/workbench.ts'
import { getCandidate } from './db/candidates.ts'
import { openDatabase, type WritableDb } from './db/database.ts'
import { getModel, getVersion } from './db/models.ts'
import { getSettings } from './db/settings.ts'
import { listUploads } from './db/uploads.ts'
import { createDiskService, type DiskService } from './disk/diskService.ts'
import type { LaunchEngine } from './engineProcess/engineChild.ts'
import { createEngineSupervisor, type EngineSupervisor } from './engineProcess/engineSupervisor.ts'
import type { Upload } from '../shared/upload.ts'
import { createModelEndpoints } from './endpoints/modelEndpoints.ts'
import type { Playground } from './inference/playground.ts'
import { createUseServices, type UseServices } from './useServices.ts'
import { previewPrompt } from './inference/promptPreview.ts'
import { exportCandidate, type ExportedFiles } from './export/exportCandidate.ts'
import { leaderboardOf } from './training/leaderboardOf.ts'
import { listCutRows } from './training/cutRows.ts'
import { createSendData } from './training/sendData.ts'
import { createTrainingQueue } from './training/queue.ts'
import { submitCandidate, type StartVersionOptions } from './training/startVersion.ts'
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
import { createBaseModelLibrary } from './baseModels/baseModelLibrary.ts'
import { prepareDataDirectory } from './dataDirectory.ts'
import { candidateReport } from './evaluation/report/candidateReport.ts'
import { reportWords } from './evaluation/report/reportWords.ts'
import { createEvaluationServices, type EvaluationServices } from './evaluationServices.ts'
import { createAccountPaces } from './training/accountPace.ts'
import { createCandidateActions, type CandidateActions } from './training/candidateActions.ts'
import { createVersionExamples } from './training/versionExamples.ts'

export type Publish = <N extends EventName>(event: N, payload: EventPayload<N>) => void

export interface ServicesOptions {
  readonly dataDirectory: string
  /** Holds `models/` and `samples/`. */
  readonly resourcesDirectory: string
  readonly launchEngine: LaunchEngine
  readonly systemLocale: string
  /** Goes before the settings, which are the window's. */
  readonly language?: Language
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

export interface Services extends CandidateActions {
  readonly db: WritableDb
  readonly datasets: DatasetService
  readonly importer: Importer
  readonly workbench: Workbench
  readonly engine: EngineSupervisor
  readonly playground: Playground
  readonly use: UseServices
  readonly evaluation: EvaluationServices
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
  /** Writes a dataset as it stands, without the rows that were excluded. @throws AppError ColumnNotFound, DiskFull */
  exportDataset(request: ExportRequest, file: string): Promise<ExportedDataset>
  /** Rows of a version that another base model would not read whole. @throws AppError DatasetNotFound */
  cutRows(request: CutRowsRequest): Promise<CutRows>
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

export function createServices(options: ServicesOptions): Services {
  const now = options.now ?? Date.now
  prepareDataDirectory(options.dataDirectory)
  const db = openDatabase(path.join(options.dataDirectory, 'timbre.db'))
  const modelsDirectory = path.join(options.resourcesDirectory, 'models')

  const language = () =>
    options.language ?? resolveLanguage(getSettings(db).language, options.systemLocale)
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
  const paces = createAccountPaces(now, () => getSettings(db).awsCallsPerMinute)
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
      // One of another region's currency can't be held against the budget.
      const currency = currencyOf(getAwsWorkspace(db, workspaceId).region)
      const ours = endpoints.filter(
        (endpoint) => endpoint.workspaceId === workspaceId && endpoint.price?.currency === currency,
      )
      const sum = (isOver: boolean) =>
        ours
          .filter(({ status }) => (status === 'Gone') === isOver)
          .reduce((total, endpoint) => total + (costSince(endpoint, sinceMs, now()) ?? 0), 0)
      return { spent: sum(true), committed: sum(false), starting: startingHours(ours) }
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

  const library = createBaseModelLibrary({
    db,
    connect: connectTo,
    describeInAws: (connection, id) => documents.describe(connection, id),
    onCopied: (name, fraction) => options.publish('baseModel.copied', { name, fraction }),
  })

  const reader = createExampleReader({
    contentDirectory,
    rowStore: datasets.rowStore,
    contentOf: (id) => datasets.get(id).contentSha256,
  })
  const examples = createVersionExamples(reader)
  const workbench = createWorkbench({
    db,
    datasets,
    contentDirectory: path.join(options.dataDirectory, 'content'),
    tokenizerOf: library.tokenizerOf,
    onProgress: (datasetId, what, fraction) =>
      options.publish('workbench.progressed', { datasetId, what, fraction }),
    clock: now,
  })

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
    addToLibrary: library.add,
    onProgress: (download) => options.publish('hubModel.progressed', download),
    now,
  })

  const use: UseServices = createUseServices({
    db,
    dataDirectory: options.dataDirectory,
    datasets,
    connect: connectTo,
    workspaceIds: () => workspaces.list().map(({ id }) => id),
    listBaseModels: library.list,
    describeHubModel: library.describeIn,
    describeBaseModel: async (id, workspaceId) =>
      (await catalog.describe(await connectTo(workspaceId), id)).baseModel,
    // On this computer nothing is paid; what an account pays, its price list tells.
    async priceOf(workspaceId, instanceType) {
      if (workspaceId === localWorkspaceId) return { perHour: 0, currency: 'USD', reckonedIn: null }
      return prices.machine(workspaceId, instanceType, 'Hosting')
    },
    requireBudget(workspaceId, perHour) {
      if (workspaceId !== localWorkspaceId) preflight.requireHour(workspaceId, perHour)
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
    paceOf: paces,
    ...(options.accountPollMs ? { accountPollMs: options.accountPollMs } : {}),
    now,
  })
  const { playground } = use
  const estimates = new Map<string, RunEstimate>()
  const evaluation = createEvaluationServices({
    db,
    dataDirectory: options.dataDirectory,
    datasets,
    connections,
    library,
    examples,
    reader,
    use,
    prices,
    hubAddress,
    publish: {
      progress: (progress) => options.publish('evaluation.progressed', progress),
      scoringModel: (progress) => options.publish('scoringModel.progressed', progress),
    },
    ...(options.libraryPollMs ? { libraryPollMs: options.libraryPollMs } : {}),
    now,
  })
  const { evaluator } = evaluation
  const documents = createHubDocuments({
    db,
    describeLocal: library.describe,
    onProgress: (progress) => options.publish('catalog.progressed', progress),
  })
  const catalog = createCatalog(documents)
  const licences = createLicences({ db, documents, now })
  const queue = createTrainingQueue(db, now)
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
    requireBudget: (workspaceId, runs) => preflight.requireBudget(workspaceId, runs),
    expectCosts: (workspaceId, runs) => preflight.expect(workspaceId, runs),
    getDataset: (id) => datasets.get(id),
    trainingContent: (id) => workbench.trainingContent(id),
    readSplit: reader.split,
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
  const actions = createCandidateActions({
    db,
    training,
    keepEstimate: (key, estimate) => estimates.set(key, estimate),
    watch,
    connect: connectTo,
    onChanged: (version) => options.publish('version.changed', version),
    onRenamed: ({ id, name }) => options.publish('model.renamed', { id, name }),
    now,
  })
  const report = (candidateId: string) =>
    candidateReport(
      {
        db,
        latestEvaluation: (id) => evaluator.latest(id),
        canAnswer: (workspaceId) =>
          workspaceId === localWorkspaceId && engine.status().state === 'running',
        unseen: examples.unseen,
        answer: (...asked) => playground.answer(...asked),
        language,
        words: (spoken) => reportWords(createTranslate(spoken)),
        now,
      },
      candidateId,
    )

  const disk = createDiskService({
    db,
    directory: options.dataDirectory,
    connect: connectTo,
    isEngineRunning: () => engine.status().state === 'running',
    readBaseModels: library.list,
    stopCandidate: actions.stopCandidate,
    deleteDataset: (id) => datasets.delete(id),
    stopEvaluations: (candidateId) => evaluator.stopCandidate(candidateId),
    forgetBaseModel: library.forget,
    ...createModelEndpoints(use.endpoints),
    eraseScoringModel: (name) => evaluation.scoringModels.of(name).erase(),
    eraseEvaluationSet: (name) => evaluation.builtInSets.erase(name),
    isEvaluating: () => evaluator.isBusy(),
    async clearDownloads() {
      await huggingFace.clear()
      await evaluation.scoringModels.clearDownloads()
    },
    now,
  })

  return {
    db,
    datasets,
    importer,
    workbench,
    async exportDataset({ datasetId, format, columns, systemPrompt = '' }, file) {
      const rows = await workbench.rows(datasetId)
      const run = exportRows(rows, { format, roles: columns, systemPrompt })
      await writeFileWhole(file, run.chunks)
      return run.counts
    },
    engine,
    playground,
    use,
    evaluation,
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
    listBaseModels: library.list,
    importBaseModel: async (sourcePath) => library.add(await readModelSource(sourcePath)),
    async previewPrompt(request) {
      const contentSha256 = await workbench.trainingContent(request.datasetId)
      const { columns } = request
      const rows = await reader.usable(contentSha256, columns)
      const model = await library.describe(request.baseModelId)
      return previewPrompt(await connect(), use.endpoints, model, rows, request)
    },
    cutRows: (request) => listCutRows(reader.split, getVersion(db, request.versionId), request),
    ...actions,
    leaderboard: (versionId) => leaderboardOf(db, versionId),
    async prompts(candidateId) {
      const version = getVersion(db, getCandidate(db, candidateId).versionId)
      const promptsOf = async (rows: Examples) =>
        (await firstOf(rows, mostPrompts)).map(({ prompt }) => prompt)
      const unseen = await promptsOf(await examples.unseen(version))
      const known = new Set(unseen)
      const trained = await examples
        .trained(version)
        .then(promptsOf)
        .catch(() => []) // the dataset was deleted: what was learned from it stays, the rows don't
      return { unseen, trained: trained.filter((prompt) => !known.has(prompt)) }
    },
    async exportCandidate(candidateId, format, parent) {
      const candidate = getCandidate(db, candidateId)
      const version = getVersion(db, candidate.versionId)
      const unseen = await firstOf(await examples.unseen(version), mostPrompts)
      const questions = unseen.map(({ prompt }) => prompt)
      const modelName = getModel(db, version.modelId).name
      return exportCandidate(
        await connect(),
        candidate,
        await library.describe(candidate.baseModelId),
        {
          format,
          modelName,
          questions: questions.filter((question) => question.trim() !== ''),
          parent,
        },
      )
    },
    report,
    async close() {
      signIns.close()
      await uploads.close()
      workbench.close()
      await huggingFace.close()
      await evaluation.close()
      await use.close()
      await watch.close()
      connections.close()
      await engine.close()
      db.close()
    },
  }
}
