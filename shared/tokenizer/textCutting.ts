/**
 * What a tokenizer.json says about normalising text and cutting it into words, which are encoded one by one. Little beside
 * the vocabulary: whoever has that already can do with this.
 */
import { z } from 'zod'
import { gpt2Pattern, splitDigits, splitPreTokens, withUnicodeWhiteSpace } from './preTokenizer.ts'

const preTokenizerSchema = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.literal(false),
    use_regex: z.boolean().default(true),
  }),
  z.looseObject({ type: z.literal('Digits'), individual_digits: z.boolean() }),
  z.looseObject({
    type: z.literal('Split'),
    pattern: z.object({ Regex: z.string() }),
    behavior: z.literal('Isolated'),
    invert: z.literal(false).default(false),
  }),
])
type PreTokenizer = z.infer<typeof preTokenizerSchema>

export const textCuttingSchema = z.object({
  // What is not listed here would change the ids without a word, so it is refused.
  normalizer: z
    .looseObject({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD']) })
    .nullable()
    .default(null),
  pre_tokenizer: z.union([
    z.looseObject({ type: z.literal('Sequence'), pretokenizers: z.array(preTokenizerSchema) }),
    preTokenizerSchema,
  ]),
})
/** The part of tokenizer.json; plain, so that threads can be given it. */
export type TextCuttingDocument = z.infer<typeof textCuttingSchema>

export interface TextCutting {
  /** What this was made of. */
  readonly cuttingDocument: TextCuttingDocument
  /** Normalises text and cuts it into the words that are encoded one by one. */
  split(text: string): string[]
  /** The normal form of Unicode that text is brought into first. */
  readonly normalForm: 'NFC' | 'NFD' | 'NFKC' | 'NFKD' | null
  /** How `split` cuts, where it is one of the ways that most models share. */
  readonly wordCutting: WordCutting | null
}

/** A way to cut text into words that can be had without a regular expression. */
export interface WordCutting {
  /** GPT-2's pattern, or the one of GPT-4, Llama 3 and Qwen. */
  readonly style: 'gpt2' | 'gpt4'
  /** Digits of a word at most; null for any number. */
  readonly digits: 1 | 3 | null
}

/** @throws Error in plain words where a pattern can't be read */
export function createTextCutting(cuttingDocument: TextCuttingDocument): TextCutting {
  const { normalizer, pre_tokenizer: preTokenizer } = cuttingDocument
  const steps = preTokenizer.type === 'Sequence' ? preTokenizer.pretokenizers : [preTokenizer]
  const splitters = steps.map(splitterOf)
  return {
    cuttingDocument,
    split(text) {
      let pieces = [normalizer ? text.normalize(normalizer.type) : text]
      for (const split of splitters) pieces = pieces.flatMap(split)
      return pieces
    },
    normalForm: normalizer?.type ?? null,
    wordCutting: wordCuttingOf(steps.filter(doesCut)),
  }
}

function doesCut(step: PreTokenizer): boolean {
  if (step.type === 'ByteLevel') return step.use_regex
  return step.type === 'Split' || step.individual_digits
}

function wordCuttingOf([first, second, ...others]: readonly PreTokenizer[]): WordCutting | null {
  if (!first || others.length > 0) return null
  if (first.type === 'Digits' && second?.type === 'ByteLevel') return { style: 'gpt2', digits: 1 }
  if (second) return null
  if (first.type === 'ByteLevel') return { style: 'gpt2', digits: null }
  const digits = first.type === 'Split' ? knownPatterns.get(first.pattern.Regex) : undefined
  return digits ? { style: 'gpt4', digits } : null
}

/** Patterns of GPT-4's style, with the digits that a word has at most. */
const knownPatterns: ReadonlyMap<string, 1 | 3> = new Map([
  // GPT-4 and Llama 3
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    3,
  ],
  // Qwen 2 to 3
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    1,
  ],
])

function splitterOf(split: PreTokenizer): (text: string) => string[] {
  if (split.type === 'Digits') return split.individual_digits ? splitDigits : (text) => [text]
  if (split.type === 'ByteLevel') {
    return split.use_regex ? (text) => splitPreTokens(text, gpt2Pattern) : (text) => [text]
  }
  let pattern: RegExp
  try {
    pattern = new RegExp(withUnicodeWhiteSpace(split.pattern.Regex), 'gu')
  } catch (error) {
    throw new Error(`tokenizer.json has a pattern that can't be read`, { cause: error })
  }
  return (text) => splitPreTokens(text, pattern)
}
