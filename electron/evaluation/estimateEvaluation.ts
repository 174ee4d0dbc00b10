/** What a report would take: answers, minutes, machines and money, before anything is asked. */
import { answerCost } from '../../shared/answerCost.ts'
import { costOf, type Currency } from '../../shared/cost.ts'
import { median } from '../../shared/curveNoise.ts'
import {
  evaluationPlanSchema,
  maxTokensOfEvaluation,
  type Evaluation,
  type EvaluationRequest,
} from '../../shared/evaluation.ts'
import type { EvaluationEstimate, Range } from '../../shared/evaluationEstimate.ts'
import { additionTo } from '../../shared/evaluationAddition.ts'
import type { TrainingExample } from '../../shared/dataset.ts'
import { estimateJudgeTokens, judgeCost } from '../../shared/judge.ts'
import { libraryInstanceType, libraryMinutes } from '../../shared/libraryCheck.ts'
import type { Candidate, ModelVersion } from '../../shared/model.ts'
import type { AnswerSide } from '../../shared/playground.ts'
import { perturbationKinds } from '../../shared/robustness.ts'
import type { ToxicityDetector } from '../../shared/toxicity.ts'
import { estimateTokens, readBaseModelId } from '../../shared/trainingWay.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import type { SideService } from '../inference/sideService.ts'
import type { Prices } from '../workspaces/prices.ts'
import type { EvaluationData } from './evaluationData.ts'
import { drawRows } from './parts/answers.ts'

export interface EstimateEvaluationOptions {
  readonly openData: (
    version: ModelVersion,
    source: EvaluationRequest['source'],
  ) => Promise<Pick<EvaluationData, 'examples' | 'source'>>
  /** Null: there is no such model to ask. */
  readonly serviceOf: (candidate: Candidate, side: AnswerSide) => Promise<SideService | null>
  readonly priceOf: Prices['machine']
  readonly currencyOf: (workspaceId: string) => Promise<Currency>
  readonly latest: (candidateId: string) => Evaluation | null
  readonly detector: () => Promise<ToxicityDetector>
  readonly hasEncoder: () => Promise<boolean>
  readonly idleMinutes: () => number
}

/** Assumed until a report has measured it: an answer of at most 120 tokens from an endpoint, in seconds. */
const assumedSeconds: Range = { low: 2, high: 10 }
/** Making an endpoint: the image is pulled, the weights are loaded. */
const endpointStart: Range = { low: 5, high: 30 }

const mostLookedAt = 200

/** @throws AppError DatasetNotFound, DatasetTooSmall, EvaluationSetMissing, and what the account answers */
export async function estimateEvaluation(
  options: EstimateEvaluationOptions,
  candidate: Candidate,
  version: ModelVersion,
  request: EvaluationRequest,
): Promise<EvaluationEstimate> {
  const { examples, source } = await options.openData(version, request.source)
  const rows = Math.min(request.rows, examples.count)
  // How long they are, some tell for all.
  const some = await examples.at(drawRows(examples.count, mostLookedAt, 0))
  const [tuned, base] = await Promise.all([
    options.serviceOf(candidate, 'tuned'),
    options.serviceOf(candidate, 'base'),
  ])
  const asked = [
    { side: 'tuned' as const, service: tuned },
    ...(request.withBase ? [{ side: 'base' as const, service: base }] : []),
  ].flatMap(({ side, service }) => (service ? [{ side, service }] : []))
  const latest = options.latest(candidate.id)
  const widened = additionTo(latest, {
    plan: evaluationPlanSchema.parse({
      ...request,
      source,
      judge: request.withBase ? request.judge : null,
    }),
    plannedRows: rows,
    availableRows: examples.count,
    detector: await options.detector(),
    hasEncoder: await options.hasEncoder(),
  })
  // What a finished report has is neither asked for nor paid again.
  const had = widened ? latest : null
  const asksAgain = (had?.plan.robustnessRows ?? 0) === 0 ? request.robustnessRows : 0
  const ofOne = (had ? 0 : rows) + Math.min(asksAgain, rows) * perturbationKinds.length
  const answers = ofOne * asked.length
  const isLocal = version.workspaceId === localWorkspaceId
  const measured = measuredSeconds(latest)
  const seconds = measured ?? (isLocal ? null : assumedSeconds)
  const minutes = seconds && {
    low: (answers * seconds.low) / 60,
    high: (answers * seconds.high) / 60,
  }
  const priced = await Promise.all(
    asked.flatMap(({ side, service }) =>
      service.kind === 'endpoint' && answers > 0
        ? [
            options
              .priceOf(version.workspaceId, service.instanceType, 'Hosting')
              .then((price) => ({ side, instanceType: service.instanceType, price })),
          ]
        : [],
    ),
  )
  const machines = priced.map(({ side, instanceType, price }) => ({
    side,
    instanceType,
    pricePerHour: price?.perHour ?? null,
  }))
  const starts =
    answers > 0 && asked.some(({ service }) => service.kind === 'endpoint' && !service.isRunning)
  const idleMinutes = machines.length === 0 ? null : options.idleMinutes()
  const paid = (ofMinutes: number) => sumOf(machines, ofMinutes)
  const low = minutes && paid(minutes.low)
  // Whether AWS bills the minutes of the start is not known: the higher figure has them.
  const high =
    minutes && paid(minutes.high + (starts ? endpointStart.high : 0) + (idleMinutes ?? 0))
  return {
    place: tuned?.kind ?? 'local',
    isAddition: widened !== null,
    answers,
    minutes,
    isMeasured: measured !== null,
    startMinutes: starts ? endpointStart : null,
    idleMinutes,
    machines,
    currency: await options.currencyOf(version.workspaceId),
    reckonedIn: priced.find(({ price }) => price)?.price?.reckonedIn ?? null,
    cost: machines.length === 0 || low === null || high === null ? null : { low, high },
    bedrock: tuned?.kind === 'bedrock' && answers > 0 ? bedrockOf(candidate, answers, some) : null,
    hasBase: base !== null,
    // Of AWS's containers only some tell it, and which ones their names don't say.
    tellsProbabilities: isLocal,
    availableRows: examples.count,
    judge: had?.plan.judge ? null : judgeOf(request, rows, some),
    library: had?.plan.library ? null : await libraryOf(options, request),
  }
}

/** Of the whole answers of an earlier report of this candidate: the middle one, and half as much again. */
function measuredSeconds(evaluation: Evaluation | null): Range | null {
  const times = (evaluation?.answerTimes ?? []).map(({ tunedMs }) => tunedMs)
  if (times.length === 0) return null
  const middle = median(times) / 1000
  return { low: middle, high: 1.5 * middle }
}

/** Null where a price is not known. */
function sumOf(
  machines: readonly { readonly pricePerHour: number | null }[],
  minutes: number,
): number | null {
  return machines.reduce<number | null>(
    (sum, { pricePerHour }) =>
      sum === null || pricePerHour === null
        ? null
        : sum + costOf({ pricePerHour, instances: 1, seconds: 60 * minutes }),
    0,
  )
}

/** Prompts as long as those of the data, and answers as long as they may get. */
function bedrockOf(
  { baseModelId }: Candidate,
  answers: number,
  examples: readonly TrainingExample[],
): EvaluationEstimate['bedrock'] {
  const read = examples.reduce((sum, { prompt }) => sum + estimateTokens(prompt), 0)
  const tokens = {
    inputTokens: Math.ceil((answers * read) / Math.max(1, examples.length)),
    outputTokens: answers * maxTokensOfEvaluation,
  }
  return { ...tokens, ...answerCost(readBaseModelId(baseModelId).name, tokens) }
}

async function libraryOf(
  { priceOf, currencyOf }: EstimateEvaluationOptions,
  { library }: EvaluationRequest,
): Promise<EvaluationEstimate['library']> {
  if (!library) return null
  const price = await priceOf(library.workspaceId, libraryInstanceType, 'Processing')
  const cost = (minutes: number) =>
    price && costOf({ pricePerHour: price.perHour, instances: 1, seconds: 60 * minutes })
  return {
    low: cost(libraryMinutes.low),
    high: cost(libraryMinutes.high),
    currency: await currencyOf(library.workspaceId),
    reckonedIn: price?.reckonedIn ?? null,
  }
}

function judgeOf(
  { judge, withBase }: EvaluationRequest,
  rows: number,
  examples: readonly TrainingExample[],
): EvaluationEstimate['judge'] {
  if (!judge || !withBase) return null
  const tokens = estimateJudgeTokens(judge.prompt, rows, examples)
  return { calls: 2 * rows, ...tokens, cost: judgeCost(judge.modelId, tokens) }
}
