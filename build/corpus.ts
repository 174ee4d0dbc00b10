/**
 * Makes the pretraining corpora (`npm run corpus`): text of open-licensed packages and synthetic help-desk conversations,
 * de-duplicated, tokenised and written as token files with a manifest. The same packages give the same bytes.
 *
 *   node build/corpus.ts [--name en|en-zh] [--keep-tokenizer]
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { parseTokenizer } from '../electron/engine/model/tokenizer.ts'
import { trainTokenizer } from '../electron/engine/model/tokenizerTraining.ts'
import type { TrainingExample } from '../shared/dataset.ts'
import { defaultPromptTemplate, fillCompletion, fillPrompt } from '../shared/promptTemplate.ts'
import { shuffle } from '../shared/split.ts'
import { makeConversations } from './corpus/conversations.ts'
import { fetchSource, sources } from './corpus/sources.ts'

interface CorpusPlan {
  readonly name: string
  readonly modelId: string
  readonly languages: readonly ('en' | 'zh')[]
  readonly vocabularySize: number
  readonly conversations: Readonly<Record<'en' | 'zh', number>>
}

const plans: readonly CorpusPlan[] = [
  {
    name: 'en',
    modelId: 'timbre-pico-en',
    languages: ['en'],
    vocabularySize: 4096,
    conversations: { en: 40_000, zh: 0 },
  },
  {
    name: 'en-zh',
    modelId: 'timbre-nano-en-zh',
    languages: ['en', 'zh'],
    vocabularySize: 8192,
    conversations: { en: 25_000, zh: 30_000 },
  },
]

/** How often real questions and answers are repeated, so that the synthetic ones do not drown them. */
const exampleRepeats = 3
const validationShare = 0.02
const splitSeed = 7

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { name: { type: 'string' }, 'keep-tokenizer': { type: 'boolean', default: false } },
  })
  for (const plan of plans) {
    if (values.name && values.name !== plan.name) continue
    buildCorpus(plan, values['keep-tokenizer'])
  }
}

function buildCorpus(plan: CorpusPlan, keepTokenizer: boolean): void {
  const cache = path.resolve('.cache/corpus')
  const used: {
    name: string
    package: string
    version: string
    license: string
    characters: number
  }[] = []
  const documents: string[] = []
  const seenParagraphs = new Set<string>()
  const examples: TrainingExample[] = []
  for (const source of sources.filter((candidate) => plan.languages.includes(candidate.language))) {
    const { directory, version } = fetchSource(source, cache)
    const text = source.read(directory)
    const fresh = text.documents
      .map((document) => withoutRepetition(document, seenParagraphs))
      .filter((document) => document.length > 60)
    documents.push(...fresh)
    for (let repeat = 0; repeat < exampleRepeats; repeat += 1) examples.push(...text.examples)
    const characters =
      fresh.reduce((sum, document) => sum + document.length, 0) +
      text.examples.reduce(
        (sum, example) => sum + example.prompt.length + example.completion.length,
        0,
      )
    used.push({
      name: source.name,
      package: source.package,
      version,
      license: source.license,
      characters,
    })
    console.log(
      `${source.name}: ${fresh.length} documents, ${text.examples.length} pairs, ${characters} characters`,
    )
  }
  for (const language of plan.languages) {
    const conversations = makeConversations(language, plan.conversations[language], 11)
    examples.push(...conversations)
    console.log(`synthetic (${language}): ${conversations.length} pairs`)
  }
  const all = shuffle([...documents, ...examples.map(asDocument)], splitSeed)

  const modelDirectory = path.resolve('models', plan.modelId)
  const tokenizerPath = path.join(modelDirectory, 'tokenizer.json')
  mkdirSync(modelDirectory, { recursive: true })
  if (!keepTokenizer || !existsSync(tokenizerPath)) {
    console.log('learning the vocabulary ...')
    writeFileSync(tokenizerPath, JSON.stringify(trainTokenizer(all, plan.vocabularySize)))
  }
  writeFileSync(
    path.join(modelDirectory, 'template.json'),
    `${JSON.stringify(defaultPromptTemplate, null, 2)}\n`,
  )
  const tokenizer = parseTokenizer(JSON.parse(readFileSync(tokenizerPath, 'utf8')))

  const validationCount = Math.round(all.length * validationShare)
  const output = path.join(cache, plan.name)
  mkdirSync(output, { recursive: true })
  const parts = { validation: all.slice(0, validationCount), train: all.slice(validationCount) }
  const files: Record<string, { tokens: number; sha256: string }> = {}
  for (const [part, texts] of Object.entries(parts)) {
    const ids: number[] = []
    for (const text of texts) {
      for (const id of tokenizer.encode(text)) ids.push(id)
      ids.push(tokenizer.endOfTextId)
    }
    const bytes = Buffer.from(Uint16Array.from(ids).buffer)
    writeFileSync(path.join(output, `${part}.bin`), bytes)
    files[`${part}.bin`] = {
      tokens: ids.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }
  }
  writeFileSync(path.join(output, 'tokenizer.json'), readFileSync(tokenizerPath))
  writeFileSync(
    path.join(output, 'manifest.json'),
    `${JSON.stringify({ name: plan.name, sources: used, files }, null, 2)}\n`,
  )
  console.log(plan.name, files)
}

function asDocument(example: TrainingExample): string {
  return (
    fillPrompt(defaultPromptTemplate, example.prompt) +
    fillCompletion(defaultPromptTemplate, example.completion)
  )
}

/** Help pages share many sentences (menus, notices): each paragraph is learned from once. */
function withoutRepetition(document: string, seen: Set<string>): string {
  return document
    .split('\n')
    .filter((paragraph) => {
      if (seen.has(paragraph)) return false
      seen.add(paragraph)
      return true
    })
    .join('\n')
}

await main()
