/** The draft of a new model or version: a plain state and its reducer, without React. */
import { isValidSetting } from '../../shared/hyperparameters.ts'
import type { ColumnRoles, Dataset } from '../../shared/dataset.ts'
import {
  modelNameProblem,
  type BaseModel,
  type FineTuneRequest,
  type HyperparameterField,
  type Model,
} from '../../shared/model.ts'

import { editedTemplateSchema, type PromptTemplate } from '../../shared/promptTemplate.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { mostSamplePrompts } from '../../shared/sampleAnswers.ts'
import { withSystemPrompt } from '../../shared/systemPrompt.ts'
import {
  splitSeed,
  usualSplit,
  type SplitChoice,
  type SplitPlan,
} from '../../shared/workbench/splitChoice.ts'
import type { SplitRequest } from '../../shared/workbench/splitPlan.ts'

export const wizardSteps = ['name', 'data', 'baseModels', 'settings', 'review'] as const
export type WizardStep = (typeof wizardSteps)[number]

export interface WizardDraft {
  readonly step: WizardStep
  /** The model that gets a new version; null for a new model. */
  readonly modelId: string | null
  /** Where it is trained. */
  readonly workspaceId: string
  readonly name: string
  readonly datasetId: string | null
  readonly question: string | null
  readonly answer: string | null
  /** The question with columns of context; the question alone when undefined. */
  readonly inputTemplate: string | undefined
  /** An instruction for all answers; '' for none. */
  readonly systemPrompt: string
  readonly baseModelIds: readonly string[]
  /** Only what was typed; the rest are the base model's defaults. */
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly validationFraction: number
  readonly split: SplitPlan
  /** A trial on so many rows; null for all. */
  readonly sampleRows: number | null
  /** Those that were changed, by base model. */
  readonly promptTemplates: Readonly<Record<string, PromptTemplate>>
  /** As typed, one place each; empty ones are picked from the validation rows. */
  readonly samplePrompts: readonly string[]
  /** Machines, by base model; only what was chosen. */
  readonly cloud: Readonly<Record<string, CloudChoice>>
}

export type WizardAction =
  | { readonly type: 'named'; readonly name: string }
  | { readonly type: 'datasetChosen'; readonly dataset: Dataset }
  | {
      readonly type: 'rolesChosen'
      readonly question: string | null
      readonly answer: string | null
      readonly inputTemplate: string | undefined
    }
  | { readonly type: 'placeChosen'; readonly workspaceId: string }
  | { readonly type: 'systemPromptTyped'; readonly systemPrompt: string }
  | { readonly type: 'baseModelsChosen'; readonly ids: readonly string[] }
  | {
      readonly type: 'cloudChosen'
      readonly baseModelId: string
      readonly choice: CloudChoice
    }
  | { readonly type: 'hyperparameterTyped'; readonly name: string; readonly value: string }
  | {
      readonly type: 'splitChosen'
      readonly validationFraction: number
      readonly split: SplitPlan
      readonly sampleRows: number | null
    }
  | { readonly type: 'samplePromptTyped'; readonly index: number; readonly prompt: string }
  /** Null goes back to the base model's own. */
  | {
      readonly type: 'templateTyped'
      readonly baseModelId: string
      readonly template: PromptTemplate | null
    }
  | { readonly type: 'wentTo'; readonly step: WizardStep }

export type StepProblem =
  | 'nameMissing'
  | 'nameInvalid'
  | 'datasetMissing'
  | 'columnsMissing'
  | 'columnsEqual'
  | 'questionMissingInTemplate'
  | 'baseModelsMissing'
  | 'hyperparameterInvalid'
  | 'templateInvalid'

/** One setting to change in a new version, and the candidate whose settings it otherwise takes over. */
export interface SettingChange {
  readonly candidateId: string
  readonly setting: string
  readonly to: string
}

export interface Preparation {
  readonly roles: ColumnRoles | null
  readonly choice: SplitChoice | null
}

/** From the dataset's suggestion, from the model's newest version, or from the version of a change. */
export function startDraft(options: {
  dataset?: Dataset
  /** What was chosen for the dataset in the workbench. */
  preparation?: Preparation
  model?: Model
  change?: SettingChange
  /** For a new model; a new version is trained where the one before was. */
  workspaceId?: string
}): WizardDraft {
  const { change, preparation } = options
  const isChanged = ({ id }: { id: string }) => id === change?.candidateId
  const origin = options.model?.versions.find(({ candidates }) => candidates.some(isChanged))
  const previous = origin ?? options.model?.versions[0]
  const changed = origin?.candidates.find(isChanged)
  const suggested = preparation?.roles ?? options.dataset?.scan.suggestedRoles ?? null
  const roles = previous?.columns ?? suggested
  const choice = previous ? null : preparation?.choice
  return {
    step: changed ? 'settings' : options.model ? 'data' : 'name',
    modelId: options.model?.id ?? null,
    workspaceId: previous?.workspaceId ?? options.workspaceId ?? localWorkspaceId,
    name: options.model?.name ?? '',
    datasetId: options.dataset?.id ?? previous?.datasetId ?? null,
    question: roles?.question ?? null,
    answer: roles?.answer ?? null,
    inputTemplate: roles?.inputTemplate,
    systemPrompt: '',
    baseModelIds: changed
      ? [changed.baseModelId]
      : (previous?.candidates.map((candidate) => candidate.baseModelId) ?? []),
    hyperparameters:
      changed && change
        ? { ...changed.hyperparameters, [change.setting]: change.to }
        : (previous?.candidates[0]?.hyperparameters ?? {}),
    validationFraction:
      previous?.validationFraction ?? choice?.validationFraction ?? usualSplit.validationFraction,
    split: previous?.split ?? choice?.split ?? usualSplit.split,
    sampleRows: previous?.sampleRows ?? choice?.sampleRows ?? usualSplit.sampleRows,
    promptTemplates: Object.fromEntries(
      (previous?.candidates ?? [])
        .filter(({ promptTemplate }) => isTemplateValid(promptTemplate))
        .map(({ baseModelId, promptTemplate }) => [baseModelId, promptTemplate]),
    ),
    samplePrompts: Array.from(
      { length: mostSamplePrompts },
      (_, index) => previous?.samplePrompts[index] ?? '',
    ),
    cloud: Object.fromEntries(
      (previous?.candidates ?? []).flatMap(({ baseModelId, cloud }) =>
        cloud ? [[baseModelId, cloud]] : [],
      ),
    ),
  }
}

export function wizardReducer(draft: WizardDraft, action: WizardAction): WizardDraft {
  switch (action.type) {
    case 'named':
      return { ...draft, name: action.name }
    case 'datasetChosen':
      return {
        ...draft,
        datasetId: action.dataset.id,
        question: action.dataset.scan.suggestedRoles?.question ?? null,
        answer: action.dataset.scan.suggestedRoles?.answer ?? null,
        inputTemplate: undefined,
        // Columns and files of a split, its share and its sample were chosen for the dataset before.
        ...usualSplit,
      }
    case 'placeChosen':
      // Each place has base models of its own, and their settings.
      return action.workspaceId === draft.workspaceId
        ? draft
        : {
            ...draft,
            workspaceId: action.workspaceId,
            baseModelIds: [],
            hyperparameters: {},
            promptTemplates: {},
            cloud: {},
          }
    case 'cloudChosen':
      return { ...draft, cloud: { ...draft.cloud, [action.baseModelId]: action.choice } }
    case 'rolesChosen': {
      const { question, answer, inputTemplate } = action
      return { ...draft, question, answer, inputTemplate }
    }
    case 'systemPromptTyped':
      return { ...draft, systemPrompt: action.systemPrompt }
    case 'baseModelsChosen':
      return { ...draft, baseModelIds: action.ids }
    case 'hyperparameterTyped':
      return {
        ...draft,
        hyperparameters: { ...draft.hyperparameters, [action.name]: action.value },
      }
    case 'splitChosen': {
      const { validationFraction, split, sampleRows } = action
      return { ...draft, validationFraction, split, sampleRows }
    }
    case 'samplePromptTyped':
      return { ...draft, samplePrompts: draft.samplePrompts.with(action.index, action.prompt) }
    case 'templateTyped':
      return {
        ...draft,
        promptTemplates: withTemplate(draft.promptTemplates, action.baseModelId, action.template),
      }
    case 'wentTo':
      return { ...draft, step: action.step }
  }
}

function withTemplate(
  templates: WizardDraft['promptTemplates'],
  id: string,
  template: PromptTemplate | null,
): WizardDraft['promptTemplates'] {
  const others = Object.entries(templates).filter(([known]) => known !== id)
  return Object.fromEntries(template === null ? others : [...others, [id, template]])
}

/** What keeps a step from being left; null when nothing does. */
export function problemOf(
  draft: WizardDraft,
  step: WizardStep,
  fields: readonly HyperparameterField[],
): StepProblem | null {
  switch (step) {
    case 'name':
      return modelNameProblem(draft.name)
    case 'data':
      if (draft.datasetId === null) return 'datasetMissing'
      if (draft.question === null || draft.answer === null) return 'columnsMissing'
      if (draft.question === draft.answer) return 'columnsEqual'
      return lacksQuestion(draft) ? 'questionMissingInTemplate' : null
    case 'baseModels':
      return draft.baseModelIds.length === 0 ? 'baseModelsMissing' : null
    case 'settings':
      if (!fields.every((field) => isValidSetting(field, valueOf(draft, field))))
        return 'hyperparameterInvalid'
      return draft.baseModelIds.every((id) => isTemplateValid(draft.promptTemplates[id]))
        ? null
        : 'templateInvalid'
    case 'review':
      return null
  }
}

function lacksQuestion({ question, inputTemplate }: WizardDraft): boolean {
  return inputTemplate !== undefined && !inputTemplate.includes(`{${question}}`)
}

/** Those that were filled in. */
export function typedPrompts(draft: WizardDraft): string[] {
  return draft.samplePrompts.map((prompt) => prompt.trim()).filter((prompt) => prompt !== '')
}

/** The base model's own needs no look. */
export function isTemplateValid(template: PromptTemplate | undefined): boolean {
  return template === undefined || editedTemplateSchema.safeParse(template).success
}

export function valueOf(draft: WizardDraft, field: HyperparameterField): string {
  return draft.hyperparameters[field.name] ?? field.default
}

/**
 * What the chosen base models will train with: a value each, and the names of those that have it where not all do, since
 * they may lack the setting or have another default.
 */
export function settingValues(
  draft: WizardDraft,
  field: HyperparameterField,
  chosen: readonly BaseModel[],
): { readonly value: string; readonly models: readonly string[] }[] {
  const owners = chosen.flatMap(({ displayName, hyperparameters }) => {
    const own = hyperparameters.find(({ name }) => name === field.name)
    return own ? [{ displayName, value: valueOf(draft, own) }] : []
  })
  const byValue = Map.groupBy(owners, ({ value }) => value)
  const isSame = byValue.size === 1 && owners.length === chosen.length
  return [...byValue].map(([value, models]) => ({
    value,
    models: isSame ? [] : models.map(({ displayName }) => displayName),
  }))
}

/** The fields of the chosen base models, each name once. */
export function sharedFields(
  baseModels: readonly BaseModel[],
  ids: readonly string[],
): HyperparameterField[] {
  const fields = new Map<string, HyperparameterField>()
  for (const model of baseModels.filter((known) => ids.includes(known.id))) {
    for (const field of model.hyperparameters) {
      const known = fields.get(field.name)
      fields.set(field.name, known ? narrowed(known, field) : field)
    }
  }
  return [...fields.values()]
}

/** What both allow; the first one's default, kept within. */
function narrowed(a: HyperparameterField, b: HyperparameterField): HyperparameterField {
  const min = Math.max(a.min ?? -Infinity, b.min ?? -Infinity)
  const max = Math.min(a.max ?? Infinity, b.max ?? Infinity)
  const options = a.options && b.options && a.options.filter((one) => b.options?.includes(one))
  return {
    ...a,
    ...(Number.isFinite(min) ? { min } : {}),
    ...(Number.isFinite(max) ? { max } : {}),
    ...(options && options.length > 0 ? { options } : {}),
  }
}

/** With the instruction in it; undefined where it is the base model's own. */
export function templateOf(draft: WizardDraft, model: BaseModel): PromptTemplate | undefined {
  const edited = draft.promptTemplates[model.id]
  if (draft.systemPrompt.trim() === '') return edited
  return withSystemPrompt(edited ?? model.promptTemplate, draft.systemPrompt)
}

/** What a look at the split takes; null while something is missing. */
export function splitRequestOf(draft: WizardDraft): SplitRequest | null {
  const { datasetId, question, answer, inputTemplate, validationFraction, split, sampleRows } =
    draft
  if (datasetId === null || question === null || answer === null) return null
  const columns = { question, answer, ...(inputTemplate === undefined ? {} : { inputTemplate }) }
  return { datasetId, columns, validationFraction, split, sampleRows, splitSeed }
}

/** Null while something is missing. A setting goes to the base models that know it. */
export function toRequest(
  draft: WizardDraft,
  baseModels: readonly BaseModel[],
): FineTuneRequest | null {
  const { datasetId, question, answer } = draft
  if (datasetId === null || question === null || answer === null) return null
  return {
    workspaceId: draft.workspaceId,
    modelId: draft.modelId,
    name: draft.name.trim(),
    problemType: 'fine-tune-foundation-model',
    datasetId,
    columns: {
      question,
      answer,
      ...(draft.inputTemplate === undefined ? {} : { inputTemplate: draft.inputTemplate }),
    },
    validationFraction: draft.validationFraction,
    splitSeed,
    ...(draft.split.kind === 'random' ? {} : { split: draft.split }),
    ...(draft.sampleRows === null ? {} : { sampleRows: draft.sampleRows }),
    samplePrompts: typedPrompts(draft),
    candidates: baseModels
      .filter((model) => draft.baseModelIds.includes(model.id))
      .map((model) => ({
        baseModelId: model.id,
        promptTemplate: templateOf(draft, model),
        ...(model.cloud ? { cloud: draft.cloud[model.id] ?? { spot: false } } : {}),
        hyperparameters: Object.fromEntries(
          model.hyperparameters
            .filter((field) => draft.hyperparameters[field.name] !== undefined)
            .map((field) => [field.name, valueOf(draft, field)]),
        ),
      })),
  }
}
