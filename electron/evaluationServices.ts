/** Puts together what judges trained models: the evaluator with its data, classifier, encoder, judge and library. */
import path from 'node:path'
import type { EventPayload } from '../shared/contract.ts'
import type { EvaluationRequest } from '../shared/evaluation.ts'
import type { EvaluationEstimate } from '../shared/evaluationEstimate.ts'
import type { Candidate, ModelVersion } from '../shared/model.ts'
import { currencyOf } from '../shared/partition.ts'
import type { AnswerSide } from '../shared/playground.ts'
import { localWorkspaceId } from '../shared/workspace.ts'
import { askJudge } from './aws/askJudge.ts'
import type { Connections } from './aws/workspace.ts'
import type { BaseModelLibrary } from './baseModels/baseModelLibrary.ts'
import type { HubAddress } from './baseModels/huggingFace/hubFetch.ts'
import type { DatasetService } from './dataset/datasetService.ts'
import { getCandidate } from './db/candidates.ts'
import { isInBin, removeBinRecord } from './db/bin.ts'
import type { WritableDb } from './db/database.ts'
import { getVersion } from './db/models.ts'
import { getSettings } from './db/settings.ts'
import { createBuiltInSets, type BuiltInSets } from './evaluation/builtInSets.ts'
import { estimateEvaluation } from './evaluation/estimateEvaluation.ts'
import { openEvaluationData } from './evaluation/evaluationData.ts'
import { createEvaluator, type Evaluator } from './evaluation/evaluator.ts'
import { scoreWithLibrary } from './evaluation/library/libraryJob.ts'
import {
  createScoringModels,
  type ScoringModels,
} from './evaluation/scoringModels/scoringModels.ts'
import { sentenceLogProbability } from './inference/sentenceProbability.ts'
import { sideService } from './inference/sideService.ts'
import type { ExampleReader } from './dataset/split/exampleReader.ts'
import type { VersionExamples } from './training/versionExamples.ts'
import type { UseServices } from './useServices.ts'
import type { Prices } from './workspaces/prices.ts'

export interface EvaluationServicesOptions {
  readonly db: WritableDb
  readonly dataDirectory: string
  readonly datasets: DatasetService
  readonly connections: Connections
  readonly library: BaseModelLibrary
  readonly examples: VersionExamples
  readonly reader: ExampleReader
  readonly use: Pick<UseServices, 'endpoints' | 'playground'>
  readonly prices: Prices
  readonly hubAddress: () => Promise<HubAddress>
  readonly publish: {
    readonly progress: (progress: EventPayload<'evaluation.progressed'>) => void
    readonly scoringModel: (progress: EventPayload<'scoringModel.progressed'>) => void
  }
  /** How often a processing job is asked for; left out: every twenty seconds. */
  readonly libraryPollMs?: number
  readonly now: () => number
}

export interface EvaluationServices {
  readonly evaluator: Evaluator
  /** What a report would take. @throws AppError as `evaluator.start` does */
  estimate(request: EvaluationRequest): Promise<EvaluationEstimate>
  readonly builtInSets: BuiltInSets
  readonly scoringModels: ScoringModels
  close(): Promise<void>
}

/** A processing job takes minutes. */
const usualLibraryPollMs = 20_000

export function createEvaluationServices(options: EvaluationServicesOptions): EvaluationServices {
  const { db, connections, datasets, library, examples, use, prices } = options
  const directory = (...parts: string[]) => path.join(options.dataDirectory, ...parts)
  /** What was deleted is not there; what comes anew is no longer deleted. */
  const binOf = (kind: 'scoringModel' | 'evaluationSet') => (id: string) => ({
    isInBin: () => isInBin(db, { kind, id }),
    leave: () => void removeBinRecord(db, { kind, id }),
  })
  const builtInSets = createBuiltInSets({
    directory: directory('evaluation-sets'),
    bin: binOf('evaluationSet'),
  })
  const data = {
    unseenExamples: examples.heldOut,
    trainingExamples: examples.trained,
    getDataset: datasets.get,
    usableExamples: options.reader.usable,
    untrained: options.reader.untrained,
    builtInSets,
  }
  const openData = (version: ModelVersion, source: EvaluationRequest['source']) =>
    openEvaluationData(data, version, source)
  const scoringModels = createScoringModels({
    directory: directory('classifiers'),
    address: options.hubAddress,
    onProgress: options.publish.scoringModel,
    bin: binOf('scoringModel'),
    isInUse: () => evaluator.isBusy(),
  })
  const { toxicityClassifier, bertScorer } = scoringModels
  const hasEncoder = async () => (await bertScorer.sizeBytes()) !== null
  const connect = (workspaceId: string) => connections.connect(workspaceId)
  const evaluator = createEvaluator({
    db,
    connect,
    openData,
    readPairs: () => builtInSets.readPairs(),
    bringUp: use.playground.bringUp,
    answer: (candidate, side, prompt, settings, signal) =>
      use.playground.answer(candidate, side, prompt, settings, undefined, signal),
    readLogProbability: (candidate, side, sentence, signal) =>
      sentenceLogProbability(
        { connect, describeHubModel: library.describe, endpoints: use.endpoints },
        candidate,
        side,
        sentence,
        signal,
      ),
    askJudge: async (judge, prompt, signal) =>
      askJudge(await connections.open(judge.workspaceId), judge.modelId, prompt, signal),
    runLibrary: async (plan, order) =>
      scoreWithLibrary(await connect(plan.workspaceId), {
        ...order,
        pollMs: options.libraryPollMs ?? usualLibraryPollMs,
      }),
    detector: () => toxicityClassifier.detector(),
    hasEncoder,
    judgeToxicity: (texts) => toxicityClassifier.judge(texts),
    scoreMeaning: (answers, reference) => bertScorer.score(answers, reference),
    publish: options.publish.progress,
    now: options.now,
  })
  const estimating = {
    openData,
    serviceOf: (candidate: Candidate, side: AnswerSide) =>
      sideService(
        {
          describeHubModel: library.describeIn,
          endpoints: () => use.endpoints.state().endpoints,
        },
        candidate,
        getVersion(db, candidate.versionId).workspaceId,
        side,
      ),
    priceOf: prices.machine,
    currencyOf: async (workspaceId: string) =>
      workspaceId === localWorkspaceId
        ? ('USD' as const)
        : currencyOf((await connections.open(workspaceId)).region),
    latest: (candidateId: string) => evaluator.latest(candidateId),
    detector: () => toxicityClassifier.detector(),
    hasEncoder,
    idleMinutes: () => getSettings(db).endpointIdleMinutes,
  }
  return {
    evaluator,
    estimate(request) {
      const candidate = getCandidate(db, request.candidateId)
      const version = getVersion(db, candidate.versionId)
      return estimateEvaluation(estimating, candidate, version, request)
    },
    builtInSets,
    scoringModels,
    async close() {
      await evaluator.close()
      await scoringModels.close()
    },
  }
}
