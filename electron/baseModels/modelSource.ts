/** What the analyst points at, a GGUF file or a Hugging Face folder, as the files of one model. */
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { ModelFile } from '../aws/hubImport.ts'

export interface ModelSource {
  /** For people: the file's name without its ending, or the folder's. */
  readonly displayName: string
  readonly files: readonly ModelFile[]
  /** Markdown; '' where the folder has no README. */
  readonly card: string
  /** Where it comes from, in a few words. */
  readonly description: string
  readonly provider: string
  /** As its publisher spells it; '' where nothing is known. */
  readonly license: string
}

const longestCard = 60_000

/** @throws AppError FileNotFound, NotAModel */
export async function readModelSource(source: string): Promise<ModelSource> {
  const name = path.basename(source)
  const found = await stat(source).catch((cause: unknown) => {
    throw new AppError('FileNotFound', `There is no ${source}`, {
      details: { path: source },
      cause,
    })
  })
  if (found.isFile()) {
    if (!name.toLowerCase().endsWith('.gguf')) throw notAModel(name)
    const file = { path: source, name: 'model.gguf', sizeBytes: found.size }
    return sourceFrom(name, name.slice(0, -'.gguf'.length), [file], '')
  }
  const names = await readdir(source)
  const wanted = names.filter((file) =>
    /^((config|tokenizer|tokenizer_config)\.json|chat_template\.jinja|[\w-][\w.-]*\.safetensors(\.index\.json)?)$/.test(
      file,
    ),
  )
  const isModel =
    wanted.includes('config.json') && wanted.some((file) => file.includes('.safetensors'))
  if (!isModel) throw notAModel(name)
  const files: ModelFile[] = []
  for (const file of wanted) {
    const full = path.join(source, file)
    files.push({ path: full, name: file, sizeBytes: (await stat(full)).size })
  }
  const card = names.includes('README.md')
    ? await readFile(path.join(source, 'README.md'), 'utf8')
    : ''
  return sourceFrom(name, name, files, card.slice(0, longestCard))
}

function sourceFrom(
  description: string,
  displayName: string,
  files: readonly ModelFile[],
  card: string,
): ModelSource {
  return { displayName, files, card, description, provider: '', license: '' }
}

/** A hub's name for it: lower case, digits and hyphens, none that is taken. */
export function baseModelId(displayName: string, taken: ReadonlySet<string>): string {
  const stem =
    displayName
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 56)
      .replace(/-+$/, '') || 'model'
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? stem : `${stem}-${number}`
    if (!taken.has(id)) return id
  }
}

function notAModel(name: string): AppError {
  return new AppError('NotAModel', `${name} is no model`, { details: { name } })
}
