/** Models, versions and candidates: what the analyst names, what it was trained on, and each base model tuned in it. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'
import { columnRolesSchema } from './dataset.ts'
import {
  defaultPromptTemplate,
  editedTemplateSchema,
  promptTemplateSchema,
} from './promptTemplate.ts'
import { samplePromptsSchema } from './sampleAnswers.ts'
import { cloudChoiceSchema, cloudFactsSchema, trainingWaySchema } from './trainingWay.ts'
import { localWorkspaceId } from './workspace.ts'
import { sampleRowsSchema, splitPlanSchema } from './workbench/splitChoice.ts'

export const problemTypeSchema = z.enum(['fine-tune-foundation-model'])

export const hyperparameterFieldSchema = z.object({
  name: z.string(),
  type: z.enum(['int', 'float', 'text']),
  default: z.string(),
  min: z.number().optional(),
  max: z.number().optional(),
  options: z.array(z.string()).optional(),
  advanced: z.boolean(),
})
export type HyperparameterField = z.infer<typeof hyperparameterFieldSchema>

/** A base model as its hub document describes it. */
export const baseModelSchema = z.object({
  id: z.string(),
  version: z.string(),
  displayName: z.string(),
  provider: z.string(),
  license: z.string(),
  description: z.string(),
  languages: z.array(z.string()),
  parameterCount: z.number().nullable(),
  contextTokens: z.number().nullable(),
  /** Model card, Markdown. */
  card: z.string(),
  hyperparameters: z.array(hyperparameterFieldSchema),
  promptTemplate: promptTemplateSchema.default(defaultPromptTemplate),
  /** Imported by the analyst, who can also remove it. */
  isImported: z.boolean().default(false),
  way: trainingWaySchema.default('jumpStart'),
  /** Null on this computer. */
  cloud: cloudFactsSchema.nullable().default(null),
})
export type BaseModel = z.infer<typeof baseModelSchema>

/** SageMaker's own strings, and `Queued` for a candidate that waits its turn before its job was created. */
export const candidateStatusSchema = z.enum([
  'Queued',
  'InProgress',
  'Completed',
  'Failed',
  'Stopping',
  'Stopped',
])
export type CandidateStatus = z.infer<typeof candidateStatusSchema>

export function isTerminal(status: CandidateStatus): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Stopped'
}

export const candidateProgressSchema = z.object({
  step: z.number().int(),
  totalSteps: z.number().int(),
  /** Null until enough steps were seen to tell. */
  secondsLeft: z.number().nullable(),
})
export type CandidateProgress = z.infer<typeof candidateProgressSchema>

/** What AWS says that it bills for a job: seconds of all its machines together, or tokens. */
export const billedSchema = z.object({
  unit: z.enum(['seconds', 'tokens']),
  amount: z.number().nonnegative(),
})
export type Billed = z.infer<typeof billedSchema>

export const candidateSchema = z.object({
  id: z.string(),
  versionId: z.string(),
  baseModelId: z.string(),
  baseModelName: z.string(),
  /** The base model's own, or the analyst's: what it is trained with and asked with. */
  promptTemplate: promptTemplateSchema,
  /** Wire map, all strings, defaults included. */
  hyperparameters: z.record(z.string(), z.string()),
  trainingJobName: z.string(),
  trainingJobArn: z.string().nullable(),
  status: candidateStatusSchema,
  /** SageMaker's secondary status, for people: Starting, Downloading, Training, Uploading ... */
  secondaryStatus: z.string().nullable(),
  progress: candidateProgressSchema.nullable(),
  failure: appErrorDataSchema.nullable(),
  modelArtifactUri: z.string().nullable(),
  createdAtMs: z.number(),
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number().nullable(),
  trainingSeconds: z.number().nullable(),
  /** From first step to checked artifact, as it was reckoned before the start; null: it was not. */
  estimatedSeconds: z.object({ low: z.number(), high: z.number() }).nullable(),
  /** Null on this computer. */
  cloud: cloudChoiceSchema.nullable(),
  /** Of the base model; null: unknown. */
  parameterCount: z.number().nullable().default(null),
  /** Null while AWS says nothing of it, and on this computer. */
  billed: billedSchema.nullable().default(null),
})
export type Candidate = z.infer<typeof candidateSchema>

export const modelVersionSchema = z.object({
  id: z.string(),
  modelId: z.string(),
  /** 1, 2, ... shown as V1, V2. */
  number: z.number().int().positive(),
  workspaceId: z.string(),
  datasetId: z.string(),
  datasetName: z.string(),
  datasetSha256: z.string(),
  columns: columnRolesSchema,
  validationFraction: z.number(),
  splitSeed: z.number().int(),
  /** Random when left out. */
  split: splitPlanSchema.optional(),
  /** A trial on so many rows; all when left out. */
  sampleRows: sampleRowsSchema.optional(),
  trainingRowCount: z.number().int(),
  validationRowCount: z.number().int(),
  /** Answered at every evaluation, so that one can watch it learn. */
  samplePrompts: samplePromptsSchema,
  /** The analyst's own choice; null while the suggestion stands. */
  chosenCandidateId: z.string().nullable(),
  createdAtMs: z.number(),
  candidates: z.array(candidateSchema),
})
export type ModelVersion = z.infer<typeof modelVersionSchema>

export const modelSchema = z.object({
  id: z.string(),
  name: z.string(),
  problemType: problemTypeSchema,
  createdAtMs: z.number(),
  /** Newest first. */
  versions: z.array(modelVersionSchema),
})
export type Model = z.infer<typeof modelSchema>

/** Names of models with a training that has not ended. */
export const openTrainingsSchema = z.object({
  /** On this computer: it stands still while Timbre does not run. */
  here: z.array(z.string()),
  /** Anywhere. */
  all: z.array(z.string()),
})
export type OpenTrainings = z.infer<typeof openTrainingsSchema>

export const longestModelName = 60
/** Letters of any script, digits, spaces and - _ . ; what AWS needs is derived from it by a slug. */
export const modelNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(longestModelName)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u)

/** What is wrong with a name as it was typed; null: nothing. Whether it is free is main's to say. */
export function modelNameProblem(name: string): 'nameMissing' | 'nameInvalid' | null {
  if (name.trim() === '') return 'nameMissing'
  return modelNameSchema.safeParse(name).success ? null : 'nameInvalid'
}

/** Which candidate it is, for people. */
export function candidateTitle(
  { name }: Pick<Model, 'name'>,
  { number }: Pick<ModelVersion, 'number'>,
  { baseModelName }: Pick<Candidate, 'baseModelName'>,
): string {
  return `${name} V${number} · ${baseModelName}`
}

export const fineTuneRequestSchema = z.object({
  /** Where it is trained; the data is sent there. */
  workspaceId: z.string().default(localWorkspaceId),
  /** Adds a version to this model; a new model is made of `name` when null. */
  modelId: z.string().nullable(),
  /** Of a new model; one that is there is called as it is called then. */
  name: modelNameSchema,
  problemType: problemTypeSchema,
  datasetId: z.string(),
  /** The state that an earlier version was trained on; left out: as it stands now. */
  datasetSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  columns: columnRolesSchema,
  validationFraction: z.number().min(0.05).max(0.5),
  splitSeed: z.number().int().min(0).max(2147483647),
  /** Random when left out. */
  split: splitPlanSchema.optional(),
  /** A trial on so many rows; all when left out. */
  sampleRows: sampleRowsSchema.optional(),
  /** Empty: some are picked from the validation rows. */
  samplePrompts: samplePromptsSchema.default([]),
  /** One candidate per entry; values as typed, checked against the base model's fields. */
  candidates: z
    .array(
      z.object({
        baseModelId: z.string(),
        hyperparameters: z.record(z.string(), z.string()),
        /** Left out: the base model's own. */
        promptTemplate: editedTemplateSchema.optional(),
        /** In an account at AWS. */
        cloud: cloudChoiceSchema.optional(),
      }),
    )
    .min(1)
    .max(8),
})
export type FineTuneRequest = z.infer<typeof fineTuneRequestSchema>
