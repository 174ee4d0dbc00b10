/**
 * What a model must be to be trainable, read from the few bytes that say so before gigabytes are downloaded. The engine
 * looks again, and closer, when the model is added.
 */
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'

/** `model_type` in config.json. The engine's own list says the same, which a test compares. */
export const supportedModelTypes = ['llama', 'mistral', 'qwen2', 'qwen3'] as const
/** `general.architecture` in a GGUF file; Mistral calls itself llama there. */
const ggufArchitectures: readonly string[] = ['llama', 'qwen2', 'qwen3']

const configSchema = z.looseObject({
  model_type: z.string().optional(),
  quantization_config: z.looseObject({ quant_method: z.string().optional() }).nullish(),
})

/** @throws AppError HubModelUnsupported, HubModelQuantised */
export function requireSupportedConfig(repo: string, json: string): void {
  const config = configSchema.safeParse(parseJson(json))
  const modelType = config.data?.model_type ?? '?'
  if (!supportedModelTypes.some((known) => known === modelType))
    throw unsupported(repo, modelType, supportedModelTypes)
  const quantisation = config.data?.quantization_config
  if (quantisation)
    throw new AppError('HubModelQuantised', `${repo} is quantised`, {
      details: { name: repo, method: quantisation.quant_method ?? '?' },
    })
}

/** @throws AppError HubModelUnsupported */
export function requireSupportedGguf(repo: string, start: Buffer): void {
  const architecture = ggufArchitecture(start)
  if (architecture !== null && !ggufArchitectures.includes(architecture))
    throw unsupported(repo, architecture, ggufArchitectures)
}

/** Enough for the first entries of a GGUF file's head, of which the architecture is one. */
export const ggufStartBytes = 4096

/** Null where the first entry is another one: only a writer unlike any known one does that. */
function ggufArchitecture(start: Buffer): string | null {
  const key = 'general.architecture'
  const keyAt = 32
  const typeAt = keyAt + key.length
  const textAt = typeAt + 12
  const isFirst =
    start.length >= textAt &&
    start.toString('latin1', 0, 4) === 'GGUF' &&
    start.toString('latin1', keyAt, typeAt) === key &&
    start.readUInt32LE(typeAt) === 8
  if (!isFirst) return null
  const length = Number(start.readBigUInt64LE(typeAt + 4))
  return start.toString('utf8', textAt, textAt + Math.min(length, 100))
}

function unsupported(name: string, architecture: string, known: readonly string[]): AppError {
  return new AppError('HubModelUnsupported', `${name} is a ${architecture}`, {
    details: { name, architecture, supported: known.join(', ') },
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
