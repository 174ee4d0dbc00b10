/**
 * Every call and event between page and main, once: name -> input and output schema. Both sides derive their types from
 * here. A call is noun.verb, an event a past participle; one plain-data argument, one plain-data result.
 */
import { z } from 'zod'
import { analyzeCalls, analyzeEvents } from './contract/analyzeCalls.ts'
import { call } from './contract/call.ts'
import { catalogCalls, catalogEvents } from './contract/catalogCalls.ts'
import { intakeCalls, intakeEvents } from './contract/intakeCalls.ts'
import { shipCalls, shipEvents } from './contract/shipCalls.ts'
import { workspaceCalls, workspaceEvents } from './contract/workspaceCalls.ts'
import { diskCalls } from './contract/diskCalls.ts'
import { workbenchCalls, workbenchEvents } from './contract/workbenchCalls.ts'
import { candidateCostSchema } from './cost.ts'
import { datasetSchema, findingCodeSchema } from './dataset.ts'
import { engineStatusSchema } from './engineStatus.ts'
import { appErrorDataSchema } from './errors.ts'
import {
  addHubModelSchema,
  hubDownloadSchema,
  hubModelSchema,
  hubTokenSchema,
  hubTokenStateSchema,
} from './hubModel.ts'
import { metricPointSchema } from './metrics.ts'
import {
  baseModelSchema,
  fineTuneRequestSchema,
  modelSchema,
  modelVersionSchema,
  openTrainingsSchema,
} from './model.ts'
import { modelDeletionSchema } from './modelDeletion.ts'
import { exportFormatSchema, exportResultSchema } from './modelExport.ts'
import { previewRequestSchema, promptPreviewSchema } from './promptPreview.ts'
import { candidateEstimateSchema } from './runEstimate.ts'
import { sampleAnswerSchema } from './sampleAnswers.ts'
import { settingsChangeSchema, settingsSchema } from './settings.ts'
import { trainingDeviceSchema } from './trainingDevice.ts'

const nothing = z.null()
const byId = z.object({ id: z.string() })
const byCandidate = z.object({ candidateId: z.string() })

export const calls = {
  ...shipCalls,
  ...workspaceCalls,
  ...catalogCalls,

  ...diskCalls,
  'app.describe': call(
    nothing,
    z.object({
      version: z.string(),
      runtime: z.string(),
      dataDirectory: z.string(),
      systemLocale: z.string(),
      platform: z.string(),
    }),
  ),
  /** Asked before a training starts: it would empty the battery. */
  'app.isOnBattery': call(nothing, z.boolean()),
  'settings.get': call(nothing, settingsSchema),
  'settings.update': call(settingsChangeSchema, settingsSchema),

  'engine.describe': call(nothing, engineStatusSchema),
  'engine.start': call(nothing, engineStatusSchema),
  'engine.stop': call(nothing, engineStatusSchema),
  /** Null before the first training. */
  'engine.device': call(nothing, trainingDeviceSchema.nullable()),

  ...intakeCalls,
  'dataset.list': call(nothing, z.array(datasetSchema)),
  'dataset.get': call(byId, datasetSchema),
  'dataset.fix': call(
    z.object({ id: z.string(), codes: z.array(findingCodeSchema).min(1) }),
    datasetSchema,
  ),
  /** Takes the newest fix back. */
  'dataset.undoFix': call(byId, datasetSchema),
  'dataset.rename': call(
    z.object({ id: z.string(), name: z.string().trim().min(1).max(120) }),
    datasetSchema,
  ),
  /** Refused with DatasetInUse while a job that was started from it has not ended. */
  'dataset.delete': call(byId, nothing),

  ...workbenchCalls,

  'baseModel.list': call(nothing, z.array(baseModelSchema)),
  /** Opens the system's dialog for a GGUF file or a Hugging Face folder; null when it was closed without a choice. */
  'baseModel.choose': call(
    z.object({ kind: z.enum(['file', 'folder']) }),
    baseModelSchema.nullable(),
  ),
  'baseModel.import': call(z.object({ path: z.string().min(1) }), baseModelSchema),
  'baseModel.delete': call(byId, nothing),
  'baseModel.preview': call(previewRequestSchema, promptPreviewSchema),

  /** What adding a model of the Hugging Face Hub would download: its name, or its page's address. */
  'hubModel.describe': call(z.object({ name: z.string().max(1000) }), hubModelSchema),
  /** Answers once it is downloaded and added; `hubModel.progressed` tells how far it is. */
  'hubModel.add': call(addHubModelSchema, baseModelSchema),
  'hubModel.cancel': call(nothing, nothing),
  /** What is being downloaded now. */
  'hubModel.progress': call(nothing, hubDownloadSchema.nullable()),
  /** The token itself never comes back to the page. */
  'hubToken.describe': call(nothing, hubTokenStateSchema),
  'hubToken.set': call(z.object({ token: hubTokenSchema }), hubTokenStateSchema),
  'hubToken.remove': call(nothing, hubTokenStateSchema),

  'model.list': call(nothing, z.array(modelSchema)),
  'model.get': call(byId, modelSchema),
  /** Also while it trains; what AWS has keeps its name. Refused with NameInvalid and NameTaken. */
  'model.rename': call(z.object({ id: z.string(), name: z.string().max(1000) }), modelSchema),
  /** What `disk.delete` would take away, and what it leaves. */
  'model.describeDeletion': call(byId, modelDeletionSchema),
  'version.start': call(fineTuneRequestSchema, modelVersionSchema),
  /** Names of models with a training that has not ended. */
  'version.listOpen': call(nothing, openTrainingsSchema),
  /** What its candidates cost in an account at AWS so far; none on this computer. */
  'version.costs': call(z.object({ versionId: z.string() }), z.array(candidateCostSchema)),
  /** Makes a few steps of each run; nothing is started. */
  'version.estimate': call(fineTuneRequestSchema, z.array(candidateEstimateSchema)),
  /** It can go on later. */
  'candidate.stop': call(byCandidate, nothing),
  /** Goes on with a stopped training from where it stopped. */
  'candidate.continue': call(byCandidate, nothing),
  /** Puts a waiting candidate before the others. */
  'candidate.trainNext': call(byCandidate, nothing),
  /** null goes back to the suggestion. */
  'candidate.choose': call(
    z.object({ versionId: z.string(), candidateId: z.string().nullable() }),
    modelVersionSchema,
  ),
  /** By step, then prompt. */
  'candidate.samples': call(byCandidate, z.array(sampleAnswerSchema)),
  'candidate.log': call(byCandidate, z.array(z.object({ atMs: z.number(), line: z.string() }))),

  /** Writes a folder where the user says; null when the dialog was closed. */
  'candidate.export': call(
    z.object({ candidateId: z.string(), format: exportFormatSchema }),
    exportResultSchema.extend({ directory: z.string() }).nullable(),
  ),

  ...analyzeCalls,
} as const

export const events = {
  ...shipEvents,
  ...workspaceEvents,
  ...catalogEvents,
  ...intakeEvents,
  'engine.changed': engineStatusSchema,
  'dataset.changed': datasetSchema,
  ...workbenchEvents,
  'version.changed': modelVersionSchema,
  'model.renamed': z.object({ id: z.string(), name: z.string() }),
  'metrics.added': z.array(metricPointSchema),
  ...analyzeEvents,
  /** Of a base model that is being copied; 1 once it is being checked. */
  'baseModel.copied': z.object({ name: z.string(), fraction: z.number().min(0).max(1) }),
  /** Null once it has ended. */
  'hubModel.progressed': hubDownloadSchema.nullable(),
  'settings.changed': settingsSchema,
  /** A notification was clicked. */
  'navigation.requested': z.union([
    z.object({ modelId: z.string(), versionId: z.string() }),
    z.object({ page: z.literal('endpoints') }),
  ]),
} as const

export type Calls = typeof calls
export type CallName = keyof Calls
export type CallInput<N extends CallName> = z.input<Calls[N]['input']>
export type CallOutput<N extends CallName> = z.output<Calls[N]['output']>
export type Events = typeof events
export type EventName = keyof Events
export type EventPayload<N extends EventName> = z.output<Events[N]>

/** One function per call; a missing one does not compile. The input was parsed. */
export type Handlers = {
  readonly [N in CallName]: (input: z.output<Calls[N]['input']>) => Promise<CallOutput<N>>
}

/** How an answer crosses IPC: Electron keeps only an error's message, so failures travel as data. */
export const answerEnvelopeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: appErrorDataSchema }),
])
export type AnswerEnvelope = z.infer<typeof answerEnvelopeSchema>

/** What the preload puts on `window.timbre`. */
export interface Bridge {
  invoke(call: CallName, input: unknown): Promise<AnswerEnvelope>
  on(event: EventName, listener: (payload: unknown) => void): () => void
  /** The path of a file that the user dropped or picked; '' when it has none. */
  pathForFile(file: File): string
}

export const channelPrefix = 'timbre:'
