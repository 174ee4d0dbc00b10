/**
 * Byte-level byte-pair encoding as Hugging Face's tokenizer.json describes it (Sennrich et al. 2016; Radford et al. 2019):
 * text -> pre-tokens -> bytes -> merges by rank -> ids, and back without loss.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { bytesOfSymbols, symbolOfByte } from './byteSymbols.ts'
import { ModelFileError } from './modelFileError.ts'
import { gpt2Pattern, splitDigits, splitPreTokens } from './preTokenizer.ts'

const preTokenizerSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('ByteLevel'), use_regex: z.boolean().default(true) }),
  z.looseObject({ type: z.literal('Digits'), individual_digits: z.boolean() }),
  z.looseObject({
    type: z.literal('Split'),
    pattern: z.object({ Regex: z.string() }),
    behavior: z.literal('Isolated'),
  }),
])

const tokenizerSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: z.number().int(), content: z.string(), special: z.boolean() }))
    .default([]),
  pre_tokenizer: z.union([
    z.looseObject({ type: z.literal('Sequence'), pretokenizers: z.array(preTokenizerSchema) }),
    preTokenizerSchema,
  ]),
  model: z.looseObject({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
})

export interface StreamingDecoder {
  /** The text that this id completes: whole characters only, '' while a character's bytes are still to come. */
  push(id: number): string
  /** What is left, with U+FFFD for bytes that never became a character. */
  flush(): string
}

export interface Tokenizer {
  readonly vocabularySize: number
  readonly endOfTextId: number
  readonly padId: number
  /** With `allowSpecial`, special tokens written in the text become their ids; otherwise they are plain text. */
  encode(text: string, options?: { allowSpecial?: boolean }): number[]
  /** Special tokens are left out. */
  decode(ids: readonly number[]): string
  tokenOf(id: number): string | undefined
  createStreamingDecoder(): StreamingDecoder
}

/** Words seen again cost one look-up; past this many the cache starts anew, so that memory stays bounded. */
const cachedWordsLimit = 50_000

/** @throws ModelFileError when the document is no byte-level BPE tokenizer, or its merges name unknown tokens. */
export function parseTokenizer(document: unknown): Tokenizer {
  const parsed = tokenizerSchema.safeParse(document)
  if (!parsed.success) {
    throw new ModelFileError(
      `tokenizer.json is not a byte-level BPE tokenizer: ${z.prettifyError(parsed.error)}`,
    )
  }
  const { model, added_tokens: addedTokens, pre_tokenizer: preTokenizer } = parsed.data
  const idOf = new Map(Object.entries(model.vocab))
  const tokens = new Map<number, string>()
  for (const [token, id] of idOf) tokens.set(id, token)
  const special = new Map<string, number>()
  for (const added of addedTokens) {
    tokens.set(added.id, added.content)
    if (added.special) special.set(added.content, added.id)
    else idOf.set(added.content, added.id)
  }
  const specialIds = new Set(special.values())
  const vocabularySize = Math.max(...tokens.keys()) + 1

  const mergeRanks = new Map<string, number>()
  model.merges.forEach((merge, rank) => {
    const [left, right] = typeof merge === 'string' ? splitMerge(merge) : merge
    if (!idOf.has(left + right)) {
      throw new ModelFileError(
        `tokenizer.json merges "${left}" and "${right}" into a token it lacks`,
      )
    }
    mergeRanks.set(`${left} ${right}`, rank)
  })

  const splits = preTokenizer.type === 'Sequence' ? preTokenizer.pretokenizers : [preTokenizer]
  const bytesOfToken = new Map<number, Uint8Array>()
  for (const [id, token] of tokens) {
    if (!specialIds.has(id)) bytesOfToken.set(id, bytesOfSymbols(token))
  }

  let wordCache = new Map<string, number[]>()

  function encodeWord(word: string): number[] {
    const known = wordCache.get(word)
    if (known) return known
    const ids = mergeSymbols(symbolsOf(word), mergeRanks).map((symbol) => {
      const id = idOf.get(symbol)
      if (id === undefined) throw new ModelFileError(`tokenizer.json has no token for "${symbol}"`)
      return id
    })
    if (wordCache.size >= cachedWordsLimit) wordCache = new Map()
    wordCache.set(word, ids)
    return ids
  }

  function encodePlain(text: string): number[] {
    let pieces = [text]
    for (const split of splits) {
      if (split.type === 'Digits') {
        if (split.individual_digits) pieces = pieces.flatMap(splitDigits)
      } else if (split.type === 'Split') {
        const pattern = new RegExp(split.pattern.Regex, 'gu')
        pieces = pieces.flatMap((piece) => splitPreTokens(piece, pattern))
      } else if (split.use_regex) {
        pieces = pieces.flatMap((piece) => splitPreTokens(piece, gpt2Pattern))
      }
    }
    const ids: number[] = []
    for (const piece of pieces) for (const id of encodeWord(piece)) ids.push(id)
    return ids
  }

  function encode(text: string, options: { allowSpecial?: boolean } = {}): number[] {
    if (!options.allowSpecial || special.size === 0) return encodePlain(text)
    const pattern = new RegExp([...special.keys()].map(escapeRegExp).join('|'), 'g')
    const ids: number[] = []
    let start = 0
    for (const match of text.matchAll(pattern)) {
      ids.push(...encodePlain(text.slice(start, match.index)))
      ids.push(special.get(match[0]) ?? 0)
      start = match.index + match[0].length
    }
    ids.push(...encodePlain(text.slice(start)))
    return ids
  }

  function createStreamingDecoder(): StreamingDecoder {
    // ignoreBOM keeps U+FEFF: decoding must give back exactly what was encoded.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    return {
      push: (id) => decoder.decode(bytesOfToken.get(id) ?? new Uint8Array(), { stream: true }),
      flush: () => decoder.decode(),
    }
  }

  const endOfTextId =
    special.get('<|endoftext|>') ?? special.get('</s>') ?? special.get('<|im_end|>')
  if (endOfTextId === undefined) {
    throw new ModelFileError('tokenizer.json names no end-of-text token')
  }
  return {
    vocabularySize,
    endOfTextId,
    padId: special.get('<|pad|>') ?? endOfTextId,
    encode,
    decode(ids) {
      const decoder = createStreamingDecoder()
      return ids.map((id) => decoder.push(id)).join('') + decoder.flush()
    },
    tokenOf: (id) => tokens.get(id),
    createStreamingDecoder,
  }
}

/** Reads `tokenizer.json` of a model folder. @throws ModelFileError when it is missing, no JSON, or unsupported. */
export async function loadTokenizer(directory: string): Promise<Tokenizer> {
  const file = path.join(directory, 'tokenizer.json')
  let document: unknown
  try {
    document = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new ModelFileError(`${file} can't be read as JSON`, { cause: error })
  }
  return parseTokenizer(document)
}

function splitMerge(merge: string): [string, string] {
  const space = merge.indexOf(' ')
  return [merge.slice(0, space), merge.slice(space + 1)]
}

function symbolsOf(word: string): string[] {
  return Array.from(Buffer.from(word, 'utf8'), symbolOfByte)
}

/** Applies the merge of lowest rank until none is left. Quadratic in a word's length, and words are short. */
function mergeSymbols(symbols: string[], ranks: ReadonlyMap<string, number>): string[] {
  const parts = symbols
  while (parts.length > 1) {
    let bestRank = Number.POSITIVE_INFINITY
    let bestAt = -1
    for (let at = 0; at + 1 < parts.length; at += 1) {
      const rank = ranks.get(`${parts[at]} ${parts[at + 1]}`)
      if (rank !== undefined && rank < bestRank) {
        bestRank = rank
        bestAt = at
      }
    }
    if (bestAt < 0) break
    parts.splice(bestAt, 2, `${parts[bestAt]}${parts[bestAt + 1]}`)
  }
  return parts
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
