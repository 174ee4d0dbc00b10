/** A project in one signed file: what a colleague needs to look at a model, or to go on with it. */
import { z } from 'zod'
import { columnRolesSchema } from './dataset.ts'
import { metricPointSchema } from './metrics.ts'
import { candidateSchema, modelNameSchema } from './model.ts'
import { samplePromptsSchema } from './sampleAnswers.ts'

export const bundleVersion = 1

export const bundleFileSchema = z.object({
  path: z
    .string()
    .regex(
      /^(project\.json|dataset\.csv|reports\/[a-z0-9-]{1,64}\.html|weights\/[a-z0-9-]{1,64}\.tar\.gz)$/,
    ),
  size: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

export const bundleManifestSchema = z.object({
  format: z.literal('timbre-bundle'),
  version: z.literal(bundleVersion),
  createdAtMs: z.number(),
  /** Ed25519, SPKI in base64. */
  publicKey: z.string().max(200),
  files: z.array(bundleFileSchema).min(1).max(200),
})
export type BundleManifest = z.infer<typeof bundleManifestSchema>

/** Candidates without what belongs to the place where they were trained. */
const bundledCandidate = candidateSchema
  .omit({
    versionId: true,
    trainingJobArn: true,
    modelArtifactUri: true,
    progress: true,
    failure: true,
  })
  .extend({
    id: z.string().regex(/^[a-z0-9-]{1,64}$/),
    points: z.array(metricPointSchema.omit({ candidateId: true })).max(2_000_000),
  })

export const bundledProjectSchema = z.object({
  modelName: modelNameSchema,
  versionNumber: z.number().int().positive(),
  datasetName: z.string().max(200),
  datasetSha256: z.string(),
  columns: columnRolesSchema,
  validationFraction: z.number(),
  splitSeed: z.number().int(),
  trainingRowCount: z.number().int(),
  validationRowCount: z.number().int(),
  samplePrompts: samplePromptsSchema,
  createdAtMs: z.number(),
  chosenCandidateId: z.string().nullable(),
  candidates: z.array(bundledCandidate).max(20),
})
export type BundledProject = z.infer<typeof bundledProjectSchema>

/** What the dialog shows before anything is taken over. */
export const bundleSummarySchema = z.object({
  path: z.string(),
  modelName: z.string(),
  versionNumber: z.number().int(),
  datasetName: z.string(),
  rowCount: z.number().int(),
  createdAtMs: z.number(),
  /** Of the key that signed it: the same sender has the same one. */
  fingerprint: z.string(),
  /** Signed on this computer. */
  isOwn: z.boolean(),
  candidates: z.array(
    z.object({
      id: z.string(),
      baseModelName: z.string(),
      status: z.string(),
      validationLoss: z.number().nullable(),
      hasWeights: z.boolean(),
      hasReport: z.boolean(),
    }),
  ),
})
export type BundleSummary = z.infer<typeof bundleSummarySchema>
