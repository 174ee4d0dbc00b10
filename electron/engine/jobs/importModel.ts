/** A base model of the user's own: objects under an S3 prefix -> a checked model folder that training can start from. */
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { convert } from '../convert/conversion.ts'
import { promptTemplateOf } from '../model/chatTemplate.ts'
import { modelConfigJson } from '../model/config.ts'
import { ModelFileError } from '../model/modelFileError.ts'
import { locateModelWeights, readModelConfig, readModelTokenizer } from '../model/modelFolder.ts'
import { parameterSpecs } from '../model/parameters.ts'
import { readTokenizerConfig } from '../model/tokenizerConfig.ts'
import type { ModelLibrary } from '../store/modelLibrary.ts'
import type { ObjectStore, StoredObject } from '../store/objects.ts'
import type { RecordTable } from '../store/records.ts'
import { parseS3Uri } from './trainingJobInput.ts'

/** Statuses of SageMaker's hub contents. */
export type ImportStatus = 'Importing' | 'Available' | 'ImportFailed'

export interface ModelImportRecord {
  /** The model's id and folder. */
  readonly name: string
  readonly createdAtMs: number
  readonly status: ImportStatus
  /** Why it failed, in one sentence. */
  readonly failureReason: string | null
  readonly sourceUri: string
  /** The source was uploaded for this import alone, and is deleted once it has ended. */
  readonly isSourceTemporary?: boolean
  readonly displayName: string
  readonly description: string
  readonly markdown: string
  readonly provider: string
  readonly license: string
  readonly languages: readonly string[]
}

export interface ModelImporter {
  /** Goes on in the background; the record tells how it ended. */
  start(record: ModelImportRecord): void
  /** Takes up what an earlier launch did not finish. */
  resume(): void
  /** Removes the model's files and record. */
  remove(name: string): Promise<void>
  /** Waits for what is running. */
  close(): Promise<void>
}

export interface ModelImporterOptions {
  readonly objects: ObjectStore
  readonly library: ModelLibrary
  readonly imports: RecordTable<ModelImportRecord>
}

/** Files of a Hugging Face folder that matter here. */
const isModelFile = (name: string) =>
  /^(config|tokenizer|tokenizer_config|template)\.json$/.test(name) ||
  name === 'chat_template.jinja' ||
  /^[\w-][\w.-]*\.safetensors(\.index\.json)?$/.test(name)

export function createModelImporter(options: ModelImporterOptions): ModelImporter {
  const { objects, library, imports } = options
  const running = new Set<Promise<void>>()

  async function run(record: ModelImportRecord): Promise<void> {
    let ending: Pick<ModelImportRecord, 'status' | 'failureReason'>
    try {
      await build(record)
      ending = { status: 'Available', failureReason: null }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      ending = { status: 'ImportFailed', failureReason: reason.slice(0, 1024) }
    }
    const ended = { ...record, ...ending }
    // Deleted meanwhile: nothing may bring it back.
    if (isThere(record)) imports.put(ended)
    else await rm(path.join(library.imported, record.name), { recursive: true, force: true })
    if (record.isSourceTemporary) await deleteSource(ended)
  }

  function isThere({ name, createdAtMs }: ModelImportRecord): boolean {
    return imports.find(name)?.createdAtMs === createdAtMs
  }

  /** After the import's end is known: one that is interrupted before needs its source again. */
  async function deleteSource(record: ModelImportRecord): Promise<void> {
    const { bucket, key } = parseS3Uri(record.sourceUri)
    if (await objects.hasBucket(bucket)) {
      for (const object of await objects.listObjects(bucket, key))
        await objects.deleteObject(bucket, object.key)
    }
    if (isThere(record)) imports.put({ ...record, isSourceTemporary: false })
  }

  async function build(record: ModelImportRecord): Promise<void> {
    const { bucket, key } = parseS3Uri(record.sourceUri)
    const found = (await objects.hasBucket(bucket)) ? await objects.listObjects(bucket, key) : []
    const directory = path.join(library.imported, record.name)
    const partial = `${directory}.importing`
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { recursive: true })
    try {
      await collect(found, partial)
      await complete(partial, record)
      await rm(directory, { recursive: true, force: true })
      await rename(partial, directory)
    } finally {
      await rm(partial, { recursive: true, force: true })
    }
  }

  function inBackground(task: Promise<void>): void {
    const work = task
      // Nobody waits for it: a full disk must not end the engine. What is still "Importing" is taken up at the next start.
      .catch(() => undefined)
      .finally(() => running.delete(work))
    running.add(work)
  }

  return {
    start: (record) => inBackground(run(record)),
    resume() {
      for (const record of imports.list()) {
        if (record.status === 'Importing') inBackground(run(record))
        else if (record.isSourceTemporary) inBackground(deleteSource(record))
      }
    },
    async remove(name) {
      imports.delete(name)
      await rm(path.join(library.imported, name), { recursive: true, force: true })
    },
    async close() {
      await Promise.allSettled(running)
    },
  }
}

/** @throws ModelFileError */
async function collect(found: readonly StoredObject[], directory: string): Promise<void> {
  const nameOf = ({ key }: StoredObject) => path.posix.basename(key)
  const gguf = found.filter((object) => nameOf(object).toLowerCase().endsWith('.gguf'))
  if (gguf.length > 1)
    throw new ModelFileError('There are several GGUF files: choose one that holds the whole model.')
  if (gguf[0]) {
    await convert({ kind: 'ggufToFolder', file: gguf[0].path, directory })
    return
  }
  const files = found.filter((object) => isModelFile(nameOf(object)))
  if (!files.some((object) => nameOf(object) === 'config.json'))
    throw new ModelFileError(
      'This is no model: choose a GGUF file, or a Hugging Face folder with config.json, tokenizer.json and safetensors.',
    )
  for (const object of files) await copyFile(object.path, path.join(directory, nameOf(object)))
}

/** Checks that everything fits together, and writes what a base model has beside its weights. */
async function complete(directory: string, record: ModelImportRecord): Promise<void> {
  const config = await readModelConfig(directory)
  await readModelTokenizer(directory, config)
  await locateModelWeights(directory, config)
  const template = promptTemplateOf(await readTokenizerConfig(directory))
  const write = (name: string, value: unknown) =>
    writeFile(path.join(directory, name), `${JSON.stringify(value, null, 2)}\n`)
  const files = { hasTemplate: await exists(path.join(directory, 'template.json')) }
  if (!files.hasTemplate) await write('template.json', template)
  // Without what this engine does not know, so that a later reader sees what was trained.
  await write('config.json', modelConfigJson(config))
  await writeFile(path.join(directory, 'README.md'), record.markdown)
  await write('model.json', {
    displayName: record.displayName,
    provider: record.provider,
    license: record.license,
    description: record.description,
    languages: record.languages,
    parameterCount: parameterSpecs(config).reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    ),
    publishedAt: new Date(record.createdAtMs).toISOString().slice(0, 10),
  })
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  )
}
