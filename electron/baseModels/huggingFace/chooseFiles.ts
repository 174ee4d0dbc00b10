/** Which of a repository's files make up the model. */
import path from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'
import type { HubFile } from './hubClient.ts'

export type ChosenFiles =
  | { readonly kind: 'safetensors'; readonly files: readonly HubFile[] }
  /** One of `choices` holds the whole model; `files` come along with it. */
  | {
      readonly kind: 'gguf'
      readonly files: readonly HubFile[]
      readonly choices: readonly HubFile[]
    }

export const weightsIndex = 'model.safetensors.index.json'
/** What the index of the largest model that fits anywhere needs, and far more than a hostile one may take. */
export const largestIndex = 16 * 1024 * 1024

const modelFiles: readonly string[] = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
]
const isAbout = ({ name }: HubFile) => /^(README\.md|LICEN[CS]E(\.(md|txt))?)$/i.test(name)
/** The parts of a split file can't be put together here, and a picture encoder is no language model. */
const isWholeGguf = ({ name }: HubFile) =>
  /\.gguf$/i.test(name) && !/-\d{5}-of-\d{5}\.gguf$|mmproj/i.test(name)

/**
 * @param readIndex its text, where the weights are in several files
 * @throws AppError HubModelNoWeights, HubModelNoTokenizer
 */
export async function chooseFiles(
  repo: string,
  found: readonly HubFile[],
  readIndex: () => Promise<string>,
): Promise<ChosenFiles> {
  const has = (name: string) => found.some((file) => file.name === name)
  const about = found.filter(isAbout)
  const weights = has('config.json') ? await chooseWeights(repo, found, readIndex) : []
  if (weights.length > 0) {
    if (!has('tokenizer.json'))
      throw new AppError('HubModelNoTokenizer', `${repo} has no tokenizer.json`, {
        details: { name: repo },
      })
    const described = found.filter(({ name }) => modelFiles.includes(name))
    return { kind: 'safetensors', files: [...described, ...about, ...weights] }
  }
  const choices = found.filter(isWholeGguf).sort((a, b) => a.sizeBytes - b.sizeBytes)
  if (choices.length > 0) return { kind: 'gguf', files: about, choices }
  throw noWeights(repo, found)
}

/** Those that the index names; beside them a repository may hold the same weights in other forms. */
async function chooseWeights(
  repo: string,
  found: readonly HubFile[],
  readIndex: () => Promise<string>,
): Promise<HubFile[]> {
  const single = found.filter(({ name }) => name === 'model.safetensors')
  const index = found.find(({ name }) => name === weightsIndex)
  if (single.length > 0 || !index) return single
  const named = new Set(parseIndex(await readIndex()))
  const parts = found.filter(({ name }) => named.has(name))
  if (named.size === 0 || parts.length < named.size) throw noWeights(repo, found)
  return [index, ...parts]
}

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

function parseIndex(text: string): string[] {
  try {
    return Object.values(indexSchema.parse(JSON.parse(text)).weight_map)
  } catch {
    return []
  }
}

const weightEndings: readonly string[] =
  '.bin .pt .pth .h5 .msgpack .onnx .safetensors .gguf'.split(' ')

function noWeights(name: string, found: readonly HubFile[]): AppError {
  const endings = new Set(found.map((file) => path.extname(file.name).toLowerCase()))
  const kinds = weightEndings.filter((ending) => endings.has(ending))
  return new AppError('HubModelNoWeights', `${name} has no weights that can be read`, {
    details: { name, found: kinds.length > 0 ? kinds.join(', ') : '–' },
  })
}
