/** A model folder: config.json, tokenizer.json, model.safetensors, template.json, README.md. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { replaceDirectory, writeFileAtomically } from './atomicFile.ts'
import { type ModelConfig, modelConfigJson, parseModelConfig } from './config.ts'
import { ModelFileError } from './modelFileError.ts'
import { ParameterBlock, parameterSpecs } from './parameters.ts'
import { copyAsFloat32, encodeSafetensors, parseSafetensors } from './safetensors.ts'
import { type Tokenizer, loadTokenizer } from './tokenizer.ts'

const configFile = 'config.json'
const weightsFile = 'model.safetensors'

/** Reads config.json. Throws ModelFileError when it is missing, damaged or describes another architecture. */
export async function readModelConfig(directory: string): Promise<ModelConfig> {
  const text = await readModelFile(directory, configFile)
  try {
    return parseModelConfig(JSON.parse(text.toString('utf8')))
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

/** Reads model.safetensors into a block laid out for the config. Throws ModelFileError. */
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
  const { tensors } = parseSafetensors(await readModelFile(directory, weightsFile))
  for (const { spec, data } of block.parameters) {
    const tensor = tensors.get(spec.name)
    if (!tensor) throw new ModelFileError(`${weightsFile} has no tensor ${spec.name}.`)
    if (tensor.shape.join() !== spec.shape.join())
      throw new ModelFileError(
        `${spec.name} is (${tensor.shape.join(', ')}), but ${configFile} asks for (${spec.shape.join(', ')}).`,
      )
    copyAsFloat32(tensor, data)
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
}

/**
 * Writes a model folder and reads its weights back before it takes the place of what stood at `directory`.
 * Throws ModelFileError when the read-back differs.
 */
export async function writeModelFolder(
  directory: string,
  { config, weights, dtype, files }: ModelFolderContent,
): Promise<void> {
  const tensors = weights.parameters.map(({ spec, data }) => ({ ...spec, data }))
  await replaceDirectory(directory, async (partial) => {
    await writeFile(
      path.join(partial, configFile),
      `${JSON.stringify(modelConfigJson(config), null, 2)}\n`,
    )
    await writeFileAtomically(path.join(partial, weightsFile), encodeSafetensors(tensors, dtype))
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

async function readModelFile(directory: string, name: string): Promise<Buffer> {
  try {
    return await readFile(path.join(directory, name))
  } catch (cause) {
    throw new ModelFileError(`Cannot read ${name} in ${directory}.`, { cause })
  }
}
