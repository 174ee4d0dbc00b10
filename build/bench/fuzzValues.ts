/** Seeded nonsense: single values, and inputs that fit an operation's schema but for what was damaged on purpose. */
import { z } from 'zod'

export interface Dice {
  /** 0 to `sides` - 1. */
  below(sides: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  bytes(length: number): Buffer
}

export function createDice(random: () => number): Dice {
  const below = (sides: number) => Math.floor(random() * sides)
  return {
    below,
    chance: (probability) => random() < probability,
    pick(from) {
      return from[below(from.length)] as (typeof from)[number] // never called with nothing
    },
    bytes: (length) => Buffer.alloc(length).map(() => below(256)) as Buffer, // map keeps the kind
  }
}

/** None of them names what the run has to find unharmed. */
const words = [
  'fuzz-a',
  'fuzz-b',
  'FUZZ-A',
  'fuzz-a/1',
  'fuzz-1',
  'x',
  'A',
  '0',
  '1',
  '1.0.0',
  '2.3.0',
  'Model',
  'SageMakerPublicHub',
  'timbre',
  'ml.m5.large',
  'application/json',
  'image/fuzz:1',
  's3://fuzz-1/a/b',
  's3://fuzz-1/',
  's3://none/x',
  's3://timbre-models/none/1.0.0/',
  'arn:aws:iam::000000000000:role/Timbre',
  'arn:aws:sagemaker:us-east-1:000000000000:model-package/fuzz-a/1',
  'arn:aws:sagemaker:us-east-1:000000000000:model-package-group/fuzz-a',
  'arn:aws:sagemaker:us-east-1:000000000000:model/fuzz-a',
  'sha256:' + '0'.repeat(64),
  '/aws/sagemaker/TrainingJobs',
  'TrainingJobName',
  'CreationTime',
  'LastModifiedTime',
  'HyperParameters.epoch',
  '2026-01-01T00:00:00Z',
  '{"TrainingArtifactUri":"s3://fuzz-1/none/"}',
  '{"TrainingArtifactUri":"s3://none/x","DeleteSourceAfterImport":true}',
  '--format',
  '"quoted phrase" -word ?other',
  'MA',
  'f/00000000000000000003',
]

const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\n',
  '../..',
  '%00',
  '__proto__',
  'constructor',
  'null',
  '-1',
  '1e999',
  'NaN',
  '💥',
  '\ud800',
  '$&',
  '<!--',
  ']]>',
  '&amp;',
  '"',
  '\\',
  's3://',
  's3://../..',
  'arn:',
  'arn:aws:sagemaker:us-east-1:000000000000:model-package/' + '/'.repeat(50),
]

export function oddText(dice: Dice): string {
  const kind = dice.below(8)
  if (kind === 0) return 'a'.repeat(dice.pick([63, 64, 256, 1025, 5000]))
  if (kind === 1) return dice.bytes(dice.below(40)).toString('latin1')
  if (kind === 2) return dice.bytes(dice.below(40)).toString('utf8')
  if (kind === 3) return dice.pick(words)
  return dice.pick(oddTexts)
}

export function oddValue(dice: Dice, depth = 0): unknown {
  switch (dice.below(depth > 3 ? 6 : 9)) {
    case 0:
      return null
    case 1:
      return dice.chance(0.5)
    case 2:
      return dice.pick([0, -1, 1, 0.5, 1e21, -1e308, 2 ** 31, 2 ** 53, 1e-320])
    case 3:
    case 4:
    case 5:
      return oddText(dice)
    case 6:
      return Array.from({ length: dice.below(4) }, () => oddValue(dice, depth + 1))
    case 7: {
      // Deep, but for the parser alone.
      let value: unknown = oddText(dice)
      for (let level = dice.below(40); level > 0; level -= 1) {
        value = dice.chance(0.5) ? [value] : { SubExpressions: value }
      }
      return value
    }
    default:
      return Object.fromEntries(
        Array.from({ length: dice.below(4) }, () => [oddText(dice), oddValue(dice, depth + 1)]),
      )
  }
}

interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
}

export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema // of our own schemas
}

/** @param damage how likely each part is to be something else than the schema says */
export function inputFor(root: JsonSchema, dice: Dice, damage: number): unknown {
  return valueFor(root, { dice, damage, definitions: root.$defs ?? {} }, 0)
}

interface Writing {
  readonly dice: Dice
  readonly damage: number
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

function valueFor(schema: JsonSchema, writing: Writing, depth: number): unknown {
  const { dice, damage, definitions } = writing
  if (dice.chance(damage)) return oddValue(dice)
  const referred = definitions[schema.$ref?.split('/').at(-1) ?? '']
  if (referred) return valueFor(referred, writing, depth + 1)
  if (schema.anyOf) return valueFor(dice.pick(schema.anyOf), writing, depth + 1)
  if (schema.enum) return dice.pick(schema.enum)
  if (schema.const !== undefined) return schema.const
  switch (schema.type) {
    case 'object': {
      const required = new Set(schema.required ?? [])
      const input: Record<string, unknown> = {}
      for (const [name, member] of Object.entries(schema.properties ?? {})) {
        const isWanted = required.has(name) ? !dice.chance(damage) : dice.chance(0.4)
        if (isWanted && depth < 12) input[name] = valueFor(member, writing, depth + 1)
      }
      const { additionalProperties } = schema
      const isMap = typeof additionalProperties === 'object' && !schema.properties
      if (isMap && depth < 12) {
        for (let count = dice.below(3); count > 0; count -= 1) {
          const name = dice.chance(damage) ? oddText(dice) : dice.pick(words)
          input[name] = valueFor(additionalProperties, writing, depth + 1)
        }
      }
      return input
    }
    case 'array': {
      const length = Math.max(schema.minItems ?? 0, dice.below(3))
      return Array.from({ length }, () => valueFor(schema.items ?? {}, writing, depth + 1))
    }
    case 'string':
      return textFor(schema, dice)
    case 'number':
    case 'integer': {
      const least = schema.minimum ?? 0
      return dice.pick([least, least + 1, Math.min(schema.maximum ?? 100, 100), 1_700_000_000])
    }
    case 'boolean':
      return dice.chance(0.5)
    default:
      return oddValue(dice, depth)
  }
}

function textFor({ pattern }: JsonSchema, dice: Dice): string {
  if (pattern === undefined) return dice.pick(words)
  const expression = new RegExp(pattern, 'u')
  const fitting = words.filter((word) => expression.test(word))
  return fitting.length > 0 ? dice.pick(fitting) : oddText(dice)
}
