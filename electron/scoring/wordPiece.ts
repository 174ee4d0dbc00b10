/**
 * WordPiece as BERT uses it (J. Devlin et al., 2019; Y. Wu et al., 2016, section 4.1), read from Hugging Face's
 * tokenizer.json: text -> clean words, Chinese characters apart -> the longest known pieces from the left.
 */
import { z } from 'zod'

const documentSchema = z.object({
  normalizer: z.object({
    type: z.literal('BertNormalizer'),
    clean_text: z.boolean(),
    handle_chinese_chars: z.boolean(),
    /** Null: as `lowercase`. */
    strip_accents: z.boolean().nullish(),
    lowercase: z.boolean(),
  }),
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  model: z.object({
    // Older files leave it out.
    type: z.literal('WordPiece').optional(),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
    unk_token: z.string(),
    continuing_subword_prefix: z.string(),
    max_input_chars_per_word: z.number().int().positive(),
  }),
})

export interface WordPiece {
  readonly beginId: number
  readonly endId: number
  /** Without special tokens; those that are written in the text are plain text. */
  encode(text: string): number[]
}

/** @throws Error when the document is no BERT tokenizer, or lacks its special tokens */
export function parseWordPiece(document: unknown): WordPiece {
  const { normalizer, model } = documentSchema.parse(document)
  const idOf = new Map(Object.entries(model.vocab))
  const requireId = (token: string): number => {
    const id = idOf.get(token)
    if (id === undefined) throw new Error(`tokenizer.json has no token ${token}`)
    return id
  }
  const unknownId = requireId(model.unk_token)

  function normalize(text: string): string {
    let normal = text
    if (normalizer.clean_text) normal = clean(normal)
    if (normalizer.handle_chinese_chars) normal = normal.replace(chineseCharacter, ' $& ')
    if (normalizer.strip_accents ?? normalizer.lowercase)
      normal = normal.normalize('NFD').replace(/\p{Mn}/gu, '')
    return normalizer.lowercase ? normal.toLowerCase() : normal
  }

  /** One unknown piece makes the whole word unknown. */
  function encodeWord(word: string): number[] {
    const characters = Array.from(word)
    if (characters.length > model.max_input_chars_per_word) return [unknownId]
    const ids: number[] = []
    for (let start = 0; start < characters.length;) {
      const prefix = start === 0 ? '' : model.continuing_subword_prefix
      let end = characters.length
      let id: number | undefined
      for (; end > start; end -= 1) {
        id = idOf.get(prefix + characters.slice(start, end).join(''))
        if (id !== undefined) break
      }
      if (id === undefined) return [unknownId]
      ids.push(id)
      start = end
    }
    return ids
  }

  return {
    beginId: requireId('[CLS]'),
    endId: requireId('[SEP]'),
    encode: (text) => (normalize(text).match(wordOrPunctuation) ?? []).flatMap(encodeWord),
  }
}

/** As BERT's own `_is_chinese_char`; Hugging Face's tokenizers leave out 2B820 to 2B91F. */
const chineseCharacter =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu

/** Symbols of ASCII, such as $ and +, count as punctuation. */
const wordOrPunctuation = /[\p{P}$+<=>^`|~]|[^\p{White_Space}\p{P}$+<=>^`|~]+/gu

/** Without control characters, with plain spaces. */
function clean(text: string): string {
  return text.replace(/[^\t\n\r\P{C}]|\uFFFD/gu, '').replace(/\p{White_Space}/gu, ' ')
}
