/** A model folder: config.json, tokenizer.json, model.safetensors, template.json, README.md. */
import { existsSync } from 'node:fs'
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { replaceDirectory, writeFileAtomically } from './atomicFile.ts'
import { type ModelConfig, modelConfigJson, parseModelConfig } from './config.ts'
import { ModelFileError } from './modelFileError.ts'
import { ParameterBlock, parameterSpecs } from './parameters.ts'
import {
  encodeSafetensors,
  isWeightType,
  readSafetensorsHeader,
  readTensorAsFloat32,
} from './safetensors.ts'
import { type Tokenizer, loadTokenizer } from './tokenizer.ts'

const configFile = 'config.json'
const weightsFile = 'model.safetensors'
/** As peft names and reads them. */
export const adapterFiles = {
  config: 'adapter_config.json',
  weights: 'adapter_model.safetensors',
} as const

/** Reads config.json. Throws ModelFileError when it is missing, damaged or describes another architecture. */
export async function readModelConfig(directory: string): Promise<ModelConfig> {
  const text = await readModelFile(directory, configFile)
  try {
    return parseModelConfig(JSON.parse(text))
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is not JSON'
    throw new ModelFileError(
      `${configFile} does not describe a model this engine runs: ${reason}`,
      {
        cause,
      },
    )
  }
}

/** Reads model.safetensors, or its parts, into a block laid out for the config. Throws ModelFileError. */
export async function readModelWeights(
  directory: string,
  config: ModelConfig,
): Promise<ParameterBlock> {
  const block = new ParameterBlock(parameterSpecs(config))
  await readModelWeightsInto(directory, block)
  return block
}

export async function readModelWeightsInto(
  directory: string,
  block: ParameterBlock,
): Promise<void> {
  const missing = new Map(block.parameters.map((parameter) => [parameter.spec.name, parameter]))
  for (const name of await weightFiles(directory)) {
    const file = await openModelFile(directory, name)
    try {
      const { tensors } = await readSafetensorsHeader(file)
      for (const tensor of tensors.values()) {
        const parameter = missing.get(tensor.name)
        // Such as a rotary table, or a head stored beside the embedding that it is tied to.
        if (!parameter) continue
        const { spec, data } = parameter
        requireShape(spec.name, tensor.shape.join(', '), spec.shape.join(', '))
        await readTensorAsFloat32(file, tensor, data)
        missing.delete(tensor.name)
      }
    } finally {
      await file.close()
    }
  }
  requireNoneMissing(missing)
}

/** Checks the files' headers against the config, reading no weights. Throws ModelFileError. */
export async function checkModelWeights(directory: string, config: ModelConfig): Promise<void> {
  const shapes = new Map(parameterSpecs(config).map(({ name, shape }) => [name, shape.join(', ')]))
  for (const name of await weightFiles(directory)) {
    const file = await openModelFile(directory, name)
    try {
      const { tensors } = await readSafetensorsHeader(file)
      for (const { name: tensor, shape, dtype } of tensors.values()) {
        const expected = shapes.get(tensor)
        if (expected === undefined) continue
        requireShape(tensor, shape.join(', '), expected)
        if (!isWeightType(dtype))
          throw new ModelFileError(
            `${tensor} has the type ${dtype}: weights in F32, F16 or BF16 work, quantised ones only as GGUF.`,
          )
        shapes.delete(tensor)
      }
    } finally {
      await file.close()
    }
  }
  requireNoneMissing(shapes)
}

function requireShape(tensor: string, found: string, expected: string): void {
  if (found !== expected)
    throw new ModelFileError(`${tensor} is (${found}), but ${configFile} asks for (${expected}).`)
}

function requireNoneMissing(missing: ReadonlyMap<string, unknown>): void {
  const [first] = missing.keys()
  if (first !== undefined) throw new ModelFileError(`${weightsFile} has no tensor ${first}.`)
}

const weightIndexSchema = z.object({
  // Names of files beside the index: nothing that leads elsewhere.
  weight_map: z.record(z.string(), z.string().regex(/^[\w-][\w.-]*\.safetensors$/)),
})

/** One file, or the parts that the index of a larger model lists. */
async function weightFiles(directory: string): Promise<string[]> {
  const index = `${weightsFile}.index.json`
  if (!existsSync(path.join(directory, index))) return [weightsFile]
  const text = await readModelFile(directory, index)
  try {
    return [...new Set(Object.values(weightIndexSchema.parse(JSON.parse(text)).weight_map))]
  } catch (cause) {
    throw new ModelFileError(`${index} does not list the files of the weights.`, { cause })
  }
}

async function openModelFile(directory: string, name: string): Promise<FileHandle> {
  try {
    return await open(path.join(directory, name))
  } catch (cause) {
    throw new ModelFileError(`Cannot read ${name} in ${directory}.`, { cause })
  }
}

/** Reads tokenizer.json. Throws ModelFileError also when it has ids that the model has no embedding for. */
export async function readModelTokenizer(
  directory: string,
  config: ModelConfig,
): Promise<Tokenizer> {
  const tokenizer = await loadTokenizer(directory)
  if (tokenizer.vocabularySize > config.vocabularySize)
    throw new ModelFileError(
      `tokenizer.json has ${tokenizer.vocabularySize} tokens, the model only ${config.vocabularySize}.`,
    )
  return tokenizer
}

export interface ModelFolderContent {
  readonly config: ModelConfig
  readonly weights: ParameterBlock
  readonly dtype: 'F32' | 'F16'
  /** Content of each further file by its name in the folder: tokenizer.json, template.json, README.md. */
  readonly files: ReadonlyMap<string, Uint8Array | string>
  /** A PEFT adapter that the weights have taken in, written beside them; null: all weights were trained. */
  readonly adapter?: {
    readonly weights: ParameterBlock
    readonly config: Readonly<Record<string, unknown>>
  } | null
}

/**
 * Writes a model folder and reads its weights back before it takes the place of what stood at `directory`.
 * Throws ModelFileError when the read-back differs.
 */
export async function writeModelFolder(
  directory: string,
  { config, weights, dtype, files, adapter = null }: ModelFolderContent,
): Promise<void> {
  const tensorsOf = (block: ParameterBlock) =>
    block.parameters.map(({ spec, data }) => ({ ...spec, data }))
  await replaceDirectory(directory, async (partial) => {
    await writeFile(
      path.join(partial, configFile),
      `${JSON.stringify(modelConfigJson(config), null, 2)}\n`,
    )
    await writeFileAtomically(
      path.join(partial, weightsFile),
      encodeSafetensors(tensorsOf(weights), dtype),
    )
    if (adapter) {
      await writeFile(
        path.join(partial, adapterFiles.config),
        `${JSON.stringify(adapter.config, null, 2)}\n`,
      )
      await writeFileAtomically(
        path.join(partial, adapterFiles.weights),
        encodeSafetensors(tensorsOf(adapter.weights), 'F32'),
      )
    }
    for (const [name, content] of files) await writeFile(path.join(partial, name), content)
    const readBack = await readModelWeights(partial, await readModelConfig(partial))
    // A half has 11 significant bits; magnitudes below 2^-14 are kept to 2^-25.
    const tolerance = dtype === 'F32' ? 0 : 2 ** -11
    for (let index = 0; index < weights.flat.length; index += 1) {
      const expected = weights.flat[index] as number
      const difference = Math.abs((readBack.flat[index] as number) - expected)
      if (!(difference <= tolerance * Math.abs(expected) + (dtype === 'F32' ? 0 : 2 ** -25)))
        throw new ModelFileError(`The weights written to ${directory} read back differently.`)
    }
  })
}

async function readModelFile(directory: string, name: string): Promise<string> {
  try {
    return await readFile(path.join(directory, name), 'utf8')
  } catch (cause) {
    throw new ModelFileError(`Cannot read ${name} in ${directory}.`, { cause })
  }
}
