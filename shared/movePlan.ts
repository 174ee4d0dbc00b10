/** A version's move into an account at AWS: what is chosen, what is missing, what is started. For window and command line. */
import { cutReasonSchema, type CutReason, type CutRows } from './cutRows.ts'
import type { BaseModel, Candidate, FineTuneRequest, Model, ModelVersion } from './model.ts'
import { mostTokensOf, moveSettings, type MovedSetting } from './moveSettings.ts'
import { rankByNearness } from './nearestModel.ts'
import { editedTemplateSchema, type PromptTemplate } from './promptTemplate.ts'
import type { PlannedRun } from './startCost.ts'
import { mostCutShare, type CloudChoice } from './trainingWay.ts'
import { isValidSetting } from './hyperparameters.ts'

export interface MoveChoice {
  readonly candidateId: string
  readonly baseModelId: string
  /** As typed; the others are as they are moved. */
  readonly typed: Readonly<Record<string, string>>
}

export interface MoveDraft {
  readonly workspaceId: string
  /** Those that come along, in the version's order. */
  readonly choices: readonly MoveChoice[]
  /** By base model there; only what was chosen. */
  readonly machines: Readonly<Record<string, CloudChoice>>
  /** Fewer rows than here, for a model that takes no more. */
  readonly sampleRows: number | null
}

/** All candidates, each with the nearest base model there; as long as there are enough, each with its own. */
export function suggestChoices(
  candidates: readonly Candidate[],
  local: readonly BaseModel[],
  offered: readonly BaseModel[],
): MoveChoice[] {
  const taken = new Set<string>()
  return candidates.flatMap((candidate): MoveChoice[] => {
    const ranked = rankByNearness(factsOf(candidate, local), offered)
    const nearest = ranked.find(({ id }) => !taken.has(id)) ?? ranked[0]
    if (!nearest) return []
    taken.add(nearest.id)
    return [{ candidateId: candidate.id, baseModelId: nearest.id, typed: {} }]
  })
}

/** A base model that was removed since is known by its name alone. */
export function factsOf(candidate: Candidate, local: readonly BaseModel[]) {
  return {
    id: candidate.baseModelId,
    displayName: candidate.baseModelName,
    parameterCount: local.find(({ id }) => id === candidate.baseModelId)?.parameterCount ?? null,
  }
}

export function movedSettings(
  candidate: Candidate,
  target: BaseModel,
  trainingRows: number,
): MovedSetting[] {
  return moveSettings(candidate.hyperparameters, target.hyperparameters, { trainingRows })
}

/** The wire map there, without what stays at the base model's default. */
export function hyperparametersOf(
  moved: readonly MovedSetting[],
  typed: MoveChoice['typed'],
): Record<string, string> {
  return {
    ...Object.fromEntries(moved.flatMap(({ to }) => (to ? [[to.name, to.value]] : []))),
    ...typed,
  }
}

/** Of a shared text before the place of the question, the analyst's own is worth keeping. */
export function movedTemplate(
  candidate: Candidate,
  local: readonly BaseModel[],
  target: BaseModel,
): { readonly template: PromptTemplate | undefined; readonly isLost: boolean } {
  const own = local.find(({ id }) => id === candidate.baseModelId)?.promptTemplate
  const isEdited =
    own !== undefined && JSON.stringify(own) !== JSON.stringify(candidate.promptTemplate)
  if (!isEdited) return { template: undefined, isLost: false }
  const isTaken =
    target.way === 'jumpStart' && editedTemplateSchema.safeParse(candidate.promptTemplate).success
  return { template: isTaken ? candidate.promptTemplate : undefined, isLost: !isTaken }
}

export type MoveProblem =
  'nothingChosen' | 'licence' | 'tooManyRows' | 'tooFewRows' | 'tooManyLong' | 'setting'

/** What keeps one candidate from being moved; null: nothing. */
export function problemOf(
  target: BaseModel,
  settings: Readonly<Record<string, string>>,
  cut: CutRows,
  isLicensed: boolean,
): MoveProblem | null {
  const rows = target.cloud?.rows
  if (!isLicensed) return 'licence'
  if (rows && rows.max !== null && cut.rowCount > rows.max) return 'tooManyRows'
  if (rows && cut.rowCount < rows.min) return 'tooFewRows'
  const isLimited = target.cloud !== null && target.cloud.tokens !== null
  if (isLimited && cut.counts.tokens > cut.rowCount * mostCutShare) return 'tooManyLong'
  const isFine = target.hyperparameters.every(
    (field) =>
      settings[field.name] === undefined || isValidSetting(field, settings[field.name] ?? ''),
  )
  return isFine ? null : 'setting'
}

/** So many rows are drawn that the model takes them all; validation rows of a file of their own are not drawn from. */
export function sampleFor(version: ModelVersion, most: number): number {
  const fixed = version.split?.kind === 'file' ? version.validationRowCount : 0
  return Math.max(10, most - fixed)
}

export interface MovingCandidate {
  readonly candidate: Candidate
  readonly target: BaseModel
  readonly settings: Readonly<Record<string, string>>
  readonly template: PromptTemplate | undefined
}

/** The same rows, split, seed and questions. */
export function toMoveRequest(
  draft: MoveDraft,
  model: Pick<Model, 'id' | 'name' | 'problemType'>,
  version: ModelVersion,
  moving: readonly MovingCandidate[],
): FineTuneRequest {
  const sampleRows = draft.sampleRows ?? version.sampleRows
  return {
    workspaceId: draft.workspaceId,
    modelId: model.id,
    name: model.name,
    problemType: model.problemType,
    datasetId: version.datasetId,
    datasetSha256: version.datasetSha256,
    columns: version.columns,
    validationFraction: version.validationFraction,
    splitSeed: version.splitSeed,
    ...(version.split ? { split: version.split } : {}),
    ...(sampleRows ? { sampleRows } : {}),
    samplePrompts: [...version.samplePrompts],
    candidates: moving.map(({ target, settings, template }) => ({
      baseModelId: target.id,
      hyperparameters: { ...settings },
      ...(template ? { promptTemplate: template } : {}),
      cloud: draft.machines[target.id] ?? { spot: false },
    })),
  }
}

/** Reasons that have rows, the ones that lose something first. */
export function reasonsOf({ counts }: CutRows): CutReason[] {
  return cutReasonSchema.options.filter((reason) => counts[reason] > 0)
}

/** A learning rate that a much larger model rarely stands. */
export function isRateHigh({ to }: MovedSetting, target: BaseModel, value: string): boolean {
  const standard = target.hyperparameters.find(({ name }) => name === to?.name)?.default
  return standard !== undefined && Number(value) > 4 * Number(standard)
}

/** A candidate on its way to a base model there, before anybody looked at the rows. */
export interface MoveTarget {
  readonly candidate: Candidate
  readonly target: BaseModel
  readonly moved: readonly MovedSetting[]
  readonly settings: Readonly<Record<string, string>>
  /** Of question and answer together; null: no limit. */
  readonly mostTokens: number | null
}

export function moveTarget(
  candidate: Candidate,
  target: BaseModel,
  version: Pick<ModelVersion, 'trainingRowCount'>,
  typed: MoveChoice['typed'],
): MoveTarget {
  const moved = movedSettings(candidate, target, version.trainingRowCount)
  const settings = hyperparametersOf(moved, typed)
  const mostTokens = mostTokensOf(target.cloud?.tokens ?? null, settings)
  return { candidate, target, moved, settings, mostTokens }
}

export interface MovePlan extends MovingCandidate, MoveTarget {
  readonly isTemplateLost: boolean
  readonly cut: CutRows
  readonly problem: MoveProblem | null
}

/** @param local this computer's base models */
export function completeMove(
  found: MoveTarget,
  local: readonly BaseModel[],
  cut: CutRows,
  isLicensed: boolean,
): MovePlan {
  const { template, isLost } = movedTemplate(found.candidate, local, found.target)
  return {
    ...found,
    template,
    isTemplateLost: isLost,
    cut,
    problem: problemOf(found.target, found.settings, cut, isLicensed),
  }
}

/** What AWS is going to bill for it. */
export function runOf(
  {
    target,
    settings,
    cut,
  }: Pick<MovingCandidate, 'target' | 'settings'> & { readonly cut: CutRows },
  choice: CloudChoice | undefined,
): PlannedRun {
  return { model: target, choice, settings, trainingTokens: cut.trainingTokens }
}
