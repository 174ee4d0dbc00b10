/** What a dataset is like as training material: lengths, repetitions, languages, topics, and a score with its parts. */
import { z } from 'zod'
import { columnRolesSchema } from '../dataset.ts'

/** Lengths are counted in tokens of a base model, or in characters where no tokenizer is at hand. */
export const lengthUnitSchema = z.enum(['tokens', 'characters'])

export const histogramSchema = z.object({
  /** Next to each other; `from` belongs to the bin, `to` to the next one. */
  bins: z.array(z.object({ from: z.number(), to: z.number(), count: z.number().int() })),
  median: z.number(),
  /** Of twenty rows, nineteen are at most this long. */
  p95: z.number(),
  max: z.number(),
  /** Over all rows. */
  total: z.number(),
})
export type Histogram = z.infer<typeof histogramSchema>

/** A row to look at; numbers are those of the grid. */
export const rowExampleSchema = z.object({ row: z.number().int().positive(), text: z.string() })
export type RowExample = z.infer<typeof rowExampleSchema>

export const rowGroupSchema = z.object({
  /** How many rows the group has; at most five are named. */
  count: z.number().int(),
  rows: z.array(rowExampleSchema),
})
export type RowGroup = z.infer<typeof rowGroupSchema>

export const topicSchema = z.object({
  /** The words that tell it from the others. */
  label: z.array(z.string()),
  count: z.number().int(),
  /** Where it stands on the map, from 0 to 1; topics with much in common stand near each other. */
  x: z.number(),
  y: z.number(),
  examples: z.array(rowExampleSchema),
})
export type Topic = z.infer<typeof topicSchema>

export const qualityPartNameSchema = z.enum([
  'complete',
  'distinct',
  'consistent',
  'lengths',
  'varied',
  'enough',
])
export type QualityPartName = z.infer<typeof qualityPartNameSchema>

export const qualitySchema = z.object({
  /** 0 to 100: the weighted mean of the parts. */
  score: z.number(),
  parts: z.array(
    z.object({
      name: qualityPartNameSchema,
      /** 0 to 100. */
      score: z.number(),
      weight: z.number(),
      /** The share or count that the score was made of, for people. */
      value: z.number(),
    }),
  ),
})
export type Quality = z.infer<typeof qualitySchema>

export const datasetProfileSchema = z.object({
  datasetId: z.string(),
  contentSha256: z.string(),
  columns: columnRolesSchema,
  /** Whose tokens were counted; null where characters were. */
  baseModelId: z.string().nullable(),
  unit: lengthUnitSchema,
  rowCount: z.number().int(),
  /** With a question and an answer. */
  filledRowCount: z.number().int(),
  question: histogramSchema,
  answer: histogramSchema,
  /** Rows longer than the base model reads, question, answer and template together; null where no limit is known. */
  overLimit: z
    .object({
      limit: z.number().int(),
      count: z.number().int(),
      /** Of all tokens, the part that would be cut off. */
      cutShare: z.number(),
      rows: z.array(rowExampleSchema),
    })
    .nullable(),
  /** Answers of fewer than four characters. */
  shortAnswers: z.object({ count: z.number().int(), rows: z.array(rowExampleSchema) }),
  exactDuplicates: z.object({ count: z.number().int(), rows: z.array(rowExampleSchema) }),
  /** `count` rows could go without a text being lost; the largest groups first. */
  nearDuplicates: z.object({ count: z.number().int(), groups: z.array(rowGroupSchema) }),
  /** Questions that have several answers. */
  conflicts: z.object({ count: z.number().int(), groups: z.array(rowGroupSchema) }),
  languages: z.array(z.object({ code: z.string(), count: z.number().int() })),
  /** Rows that ask in one language and answer in another. */
  mixedLanguages: z.object({ count: z.number().int(), rows: z.array(rowExampleSchema) }),
  topics: z.array(topicSchema),
  /** Rows without a word that any topic is made of. */
  withoutTopic: z.number().int(),
  /** Rows that topics were found in; where it is less than the filled ones, the counts of topics are an estimate. */
  topicRowCount: z.number().int(),
  quality: qualitySchema,
  seconds: z.number(),
})
export type DatasetProfile = z.infer<typeof datasetProfileSchema>

export const profileRequestSchema = z.object({
  datasetId: z.string(),
  columns: columnRolesSchema,
  /** Null counts characters. */
  baseModelId: z.string().nullable(),
})
export type ProfileRequest = z.infer<typeof profileRequestSchema>
