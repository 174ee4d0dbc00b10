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
import { parseTokenizer, type Tokenizer } from '../electron/engine/model/tokenizer.ts'
import { trainTokenizer } from '../electron/engine/model/tokenizerTraining.ts'
import type { TrainingExample } from '../shared/dataset.ts'
import { defaultPromptTemplate, fillCompletion, fillPrompt } from '../shared/promptTemplate.ts'
import { shuffle } from '../shared/split.ts'
import { makeDesks } from './corpus/conversations.ts'
import { fetchSource } from './corpus/fetchSource.ts'
import type { Language } from './corpus/readers/text.ts'
import { sources } from './corpus/sources.ts'

interface CorpusPlan {
  readonly name: string
  readonly modelId: string
  readonly languages: readonly Language[]
  readonly vocabularySize: number
  /** Invented companies with about 9 questions each. */
  readonly desks: Readonly<Record<Language, number>>
  /** How often the training part has the prose and the real conversations of a language, so that they are not drowned. */
  readonly repeats: Readonly<Record<Language, number>>
}

const plans: readonly CorpusPlan[] = [
  {
    name: 'en',
    modelId: 'timbre-pico-en',
    languages: ['en'],
    vocabularySize: 4096,
    desks: { en: 50_000, zh: 0 },
    repeats: { en: 1, zh: 0 },
  },
  {
    name: 'en-zh',
    modelId: 'timbre-nano-en-zh',
    languages: ['en', 'zh'],
    vocabularySize: 8192,
    desks: { en: 40_000, zh: 60_000 },
    repeats: { en: 1, zh: 3 },
  },
]

const kinds = ['prose', 'conversations', 'synthetic'] as const
type Kind = (typeof kinds)[number]

/** Texts that stay together and in order: a document, or one company's questions and answers. */
interface Unit {
  readonly language: Language
  readonly kind: Kind
  readonly texts: readonly string[]
}

/** A repeated document of one sentence or two is a notice, a caption or a menu. */
const shortestDocument = 60
const validationShare = 0.01
const splitSeed = 7
const conversationSeed = 11
/** The vocabulary is learned from this many characters of each language, drawn at random. */
const tokenizerCharacters = 12_000_000

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
  const { units, used } = readSources(plan, cache)
  for (const language of plan.languages) {
    const desks = makeDesks(language, plan.desks[language], conversationSeed)
    for (const desk of desks)
      if (desk.length > 0) units.push({ language, kind: 'synthetic', texts: desk.map(asDocument) })
    console.log(`synthetic (${language}): ${desks.flat().length} pairs`)
  }
  const shuffled = shuffle(units, splitSeed)
  const tokenizer = tokenizerFor(plan, shuffled, keepTokenizer)
  const output = path.join(cache, plan.name)
  mkdirSync(output, { recursive: true })

  // Split before anything is repeated: no text of the validation part is in the training part.
  const training: Unit[] = []
  const validation: Unit[] = []
  for (const kind of kinds) {
    const ofKind = shuffled.filter((unit) => unit.kind === kind)
    const count = Math.round(ofKind.length * validationShare)
    validation.push(...ofKind.slice(0, count))
    for (const unit of ofKind.slice(count)) {
      const repeats = kind === 'synthetic' ? 1 : plan.repeats[unit.language]
      for (let repeat = 0; repeat < repeats; repeat += 1) training.push(unit)
    }
  }
  const tokenFiles = new Map([
    ['train.bin', shuffle(training, splitSeed)],
    ['validation.bin', shuffle(validation, splitSeed)],
    ...kinds.map((kind): [string, Unit[]] => [
      `validation-${kind}.bin`,
      validation.filter((unit) => unit.kind === kind),
    ]),
  ])
  const files: Record<string, unknown> = {}
  for (const [name, part] of tokenFiles)
    files[name] = writeTokens(path.join(output, name), part, tokenizer)
  writeFileSync(
    path.join(output, 'manifest.json'),
    `${JSON.stringify({ name: plan.name, sources: used, files }, null, 2)}\n`,
  )
  console.log(plan.name, JSON.stringify(files, null, 2))
}

function readSources(plan: CorpusPlan, cache: string): { units: Unit[]; used: unknown[] } {
  const units: Unit[] = []
  const used: unknown[] = []
  const seenParagraphs = new Set<string>()
  for (const source of sources.filter(({ language }) => plan.languages.includes(language))) {
    const { directory, version } = fetchSource(source, cache)
    const { language } = source
    const text = source.read(directory)
    const documents = text.documents
      .map((document) => withoutRepetition(document, seenParagraphs))
      .filter((document) => document.length > (language === 'zh' ? 20 : shortestDocument))
    const examples = text.examples.map(asDocument).filter((example) => {
      if (seenParagraphs.has(example)) return false
      seenParagraphs.add(example)
      return true
    })
    for (const document of documents) units.push({ language, kind: 'prose', texts: [document] })
    for (const example of examples)
      units.push({ language, kind: 'conversations', texts: [example] })
    const characters = [...documents, ...examples].reduce((sum, { length }) => sum + length, 0)
    used.push({
      name: source.name,
      language,
      package: source.package,
      version,
      license: source.license,
      characters,
    })
    console.log(
      `${source.package} (${language}): ${documents.length} documents, ${examples.length} pairs, ` +
        `${characters} characters`,
    )
  }
  return { units, used }
}

function tokenizerFor(plan: CorpusPlan, units: readonly Unit[], keep: boolean): Tokenizer {
  const modelDirectory = path.resolve('models', plan.modelId)
  const file = path.join(modelDirectory, 'tokenizer.json')
  mkdirSync(modelDirectory, { recursive: true })
  if (!keep || !existsSync(file)) {
    console.log('learning the vocabulary ...')
    const left = new Map(plan.languages.map((language) => [language, tokenizerCharacters]))
    const texts: string[] = []
    for (const unit of units)
      for (const text of unit.texts) {
        const characters = left.get(unit.language) ?? 0
        if (characters <= 0) continue
        left.set(unit.language, characters - text.length)
        texts.push(text)
      }
    writeFileSync(file, JSON.stringify(trainTokenizer(texts, plan.vocabularySize)))
  }
  writeFileSync(
    path.join(modelDirectory, 'template.json'),
    `${JSON.stringify(defaultPromptTemplate, null, 2)}\n`,
  )
  const tokenizerFile = readFileSync(file, 'utf8')
  const corpusDirectory = path.resolve('.cache/corpus', plan.name)
  mkdirSync(corpusDirectory, { recursive: true })
  writeFileSync(path.join(corpusDirectory, 'tokenizer.json'), tokenizerFile)
  return parseTokenizer(JSON.parse(tokenizerFile))
}

/** Unsigned 16-bit little-endian ids, the end of text after each document. Says how many of them are of which kind. */
function writeTokens(file: string, units: readonly Unit[], tokenizer: Tokenizer): unknown {
  const ids: number[] = []
  const shares: Record<string, number> = {}
  for (const unit of units) {
    const before = ids.length
    for (const text of unit.texts) {
      for (const id of tokenizer.encode(text)) ids.push(id)
      ids.push(tokenizer.endOfTextId)
    }
    const share = `${unit.kind} (${unit.language})`
    shares[share] = (shares[share] ?? 0) + ids.length - before
  }
  const bytes = Buffer.from(Uint16Array.from(ids).buffer)
  writeFileSync(file, bytes)
  return {
    tokens: ids.length,
    characters: units.reduce(
      (sum, { texts }) => sum + texts.reduce((inner, text) => inner + text.length, 0),
      0,
    ),
    utf8Bytes: units.reduce(
      (sum, { texts }) => sum + texts.reduce((inner, text) => inner + Buffer.byteLength(text), 0),
      0,
    ),
    shares,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
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
