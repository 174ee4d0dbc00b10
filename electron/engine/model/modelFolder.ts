/** A model folder: config.json, tokenizer.json, model.safetensors, template.json, README.md. */
import { existsSync } from 'node:fs'
import { type FileHandle, open, readFile, realpath, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { replaceDirectory, writeFileAtomically } from './atomicFile.ts'
import { type ModelConfig, modelConfigJson, parseModelConfig } from './config.ts'
import { ModelFileError } from './modelFileError.ts'
import {
  ParameterBlock,
  type ParameterSpec,
  parameterSpecs,
  type StoredParameter,
} from './parameters.ts'
import {
  encodeSafetensors,
  isWeightType,
  readSafetensorsHeader,
  readTensorAsFloat32,
  type TensorEntry,
  type WeightType,
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
  const dataByName = new Map(block.parameters.map(({ spec, data }) => [spec.name, data]))
  const specs = block.parameters.map(({ spec }) => spec)
  await visitWeights(directory, specs, async (file, tensor) => {
    const data = dataByName.get(tensor.name)
    if (data) await readTensorAsFloat32(file, tensor, data)
  })
}

/** Where each weight lies; checks the files' headers against the config and reads no weights. Throws ModelFileError. */
export async function locateModelWeights(
  directory: string,
  config: ModelConfig,
): Promise<StoredParameter[]> {
  const stored: StoredParameter[] = []
  await visitWeights(
    directory,
    parameterSpecs(config),
    async (_file, { dtype, begin, end }, spec, fileName) => {
      const file = await realpath(path.join(directory, fileName))
      const place = { file, byteOffset: begin, byteLength: end - begin }
      stored.push({ spec, type: elementTypes[dtype], place })
    },
  )
  return stored
}

const elementTypes = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const

/** Calls `visit` for the tensor of each spec. Throws ModelFileError when one is missing or of another shape or type. */
async function visitWeights(
  directory: string,
  specs: readonly ParameterSpec[],
  visit: (
    file: FileHandle,
    tensor: TensorEntry & { readonly dtype: WeightType },
    spec: ParameterSpec,
    fileName: string,
  ) => Promise<void>,
): Promise<void> {
  const missing = new Map(specs.map((spec) => [spec.name, spec]))
  for (const fileName of await weightFiles(directory)) {
    const file = await openModelFile(directory, fileName)
    try {
      const { tensors } = await readSafetensorsHeader(file)
      for (const tensor of tensors.values()) {
        const { name, dtype } = tensor
        const spec = missing.get(name)
        // Such as a rotary table, or a head stored beside the embedding that it is tied to.
        if (!spec) continue
        const [found, expected] = [tensor.shape.join(', '), spec.shape.join(', ')]
        if (found !== expected)
          throw new ModelFileError(
            `${name} is (${found}), but ${configFile} asks for (${expected}).`,
          )
        if (!isWeightType(dtype))
          throw new ModelFileError(
            `${name} has the type ${dtype}: weights in F32, F16 or BF16 work, quantised ones only as GGUF.`,
          )
        await visit(file, { ...tensor, dtype }, spec, fileName)
        missing.delete(name)
      }
    } finally {
      await file.close()
    }
  }
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
    await requireSameWeights(partial, weights, dtype)
  })
}

/** Reads one tensor after another, so that a model is never in memory twice. Throws ModelFileError. */
async function requireSameWeights(
  directory: string,
  { parameters }: ParameterBlock,
  dtype: 'F32' | 'F16',
): Promise<void> {
  const dataByName = new Map(parameters.map(({ spec, data }) => [spec.name, data]))
  // A half has 11 significant bits; magnitudes below 2^-14 are kept to 2^-25.
  const [relative, absolute] = dtype === 'F32' ? [0, 0] : [2 ** -11, 2 ** -25]
  const specs = parameterSpecs(await readModelConfig(directory))
  await visitWeights(directory, specs, async (file, tensor) => {
    const expected = dataByName.get(tensor.name)
    const readBack = new Float32Array(expected?.length ?? 0)
    await readTensorAsFloat32(file, tensor, readBack)
    const isSame = expected?.every((value, index) => {
      const difference = Math.abs((readBack[index] as number) - value)
      return difference <= relative * Math.abs(value) + absolute
    })
    if (!isSame) throw new ModelFileError(`${tensor.name} read back otherwise than it was written.`)
  })
}

async function readModelFile(directory: string, name: string): Promise<string> {
  try {
    return await readFile(path.join(directory, name), 'utf8')
  } catch (cause) {
    throw new ModelFileError(`Cannot read ${name} in ${directory}.`, { cause })
  }
}
