/**
 * Byte-level byte-pair encoding as Hugging Face's tokenizer.json describes it (Sennrich et al. 2016; Radford et al. 2019):
 * text -> pre-tokens -> bytes -> merges by rank -> ids, and back without loss.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import {
  parseBytePairEncoding,
  type BytePairEncoding,
} from '../../../shared/tokenizer/bytePairEncoding.ts'
import { bytesOfSymbols, symbolOfByte } from '../../../shared/tokenizer/byteSymbols.ts'
import { createPairMerges } from '../../../shared/tokenizer/pairMerging.ts'
import { ModelFileError } from './modelFileError.ts'
import { readTokenizerConfig } from './tokenizerConfig.ts'

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
/** Longer words hardly come again. */
const cachedWordLength = 64

/**
 * @param endOfText the token that ends an answer, where tokenizer_config.json names one
 * @throws ModelFileError when the document is no byte-level BPE tokenizer, or its merges name unknown tokens.
 */
export function parseTokenizer(document: unknown, endOfText: string | null = null): Tokenizer {
  const encoding = readEncoding(document)
  const { idOf, addedTokens, idOfByte } = encoding
  const pairMerges = createPairMerges(encoding.merges)
  const tokens = new Map<number, string>()
  const bytesOfToken = new Map<number, Uint8Array>()
  for (const [token, id] of idOf) {
    tokens.set(id, token)
    bytesOfToken.set(id, bytesOfSymbols(token))
  }
  const special = new Map<string, number>()
  for (const { id, content, special: isSpecial } of addedTokens) {
    tokens.set(id, content)
    bytesOfToken.set(id, isSpecial ? new Uint8Array() : Buffer.from(content, 'utf8'))
    if (isSpecial) special.set(content, id)
  }
  const vocabularySize = [...tokens.keys()].reduce((most, id) => Math.max(most, id), -1) + 1
  let wordCache = new Map<string, number[]>()

  function encodeWord(word: string): readonly number[] {
    const known = wordCache.get(word)
    if (known) return known
    const bytes = Buffer.from(word, 'utf8')
    const whole = encoding.ignoresMerges ? idOf.get(symbolsOf(bytes)) : undefined
    const ids = whole === undefined ? pairMerges.merge(byteIds(bytes)) : [whole]
    if (word.length > cachedWordLength) return ids
    if (wordCache.size >= cachedWordsLimit) wordCache = new Map()
    wordCache.set(word, ids)
    return ids
  }

  /** A byte that the vocabulary lacks is left out, as in Hugging Face's tokenizers without an unknown token. */
  function byteIds(bytes: Uint8Array): number[] {
    return Array.from(bytes).flatMap((byte) => idOfByte[byte] ?? [])
  }

  function appendPlain(ids: number[], text: string): void {
    for (const piece of encoding.split(text)) for (const id of encodeWord(piece)) ids.push(id)
  }

  function encode(text: string, options: { allowSpecial?: boolean } = {}): number[] {
    const ids: number[] = []
    let start = 0
    if (options.allowSpecial && special.size > 0) {
      const pattern = new RegExp([...special.keys()].map(escapeRegExp).join('|'), 'g')
      for (const match of text.matchAll(pattern)) {
        appendPlain(ids, text.slice(start, match.index))
        ids.push(special.get(match[0]) ?? 0) // the pattern matches nothing else
        start = match.index + match[0].length
      }
    }
    appendPlain(ids, text.slice(start))
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
    special.get(endOfText ?? '') ??
    special.get('<|endoftext|>') ??
    special.get('</s>') ??
    special.get('<|im_end|>')
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
  const { endOfText } = await readTokenizerConfig(directory)
  return parseTokenizer(document, endOfText)
}

function readEncoding(document: unknown): BytePairEncoding {
  try {
    return parseBytePairEncoding(document)
  } catch (cause) {
    throw new ModelFileError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function symbolsOf(bytes: Uint8Array): string {
  return Array.from(bytes, symbolOfByte).join('')
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
