/**
 * What a tokenizer.json says about turning text into byte-level byte pairs (Sennrich et al. 2016; Radford et al. 2019).
 * The engine makes its tokenizer of it; the workbench counts tokens with it.
 */
import { z } from 'zod'
import { symbolOfByte } from './byteSymbols.ts'
import { createTextCutting, textCuttingSchema, type TextCutting } from './textCutting.ts'

type Merge = string | readonly [string, string]

// Looked through by hand: a schema for each of 150,000 entries takes a second.
const vocabularySchema = z
  .custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
  .transform((vocabulary, context) => {
    const idOf = new Map<string, number>()
    for (const [token, id] of Object.entries(vocabulary) as [string, unknown][]) {
      if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) {
        context.addIssue(`the id of "${token}" is no whole number`)
        return z.NEVER
      }
      idOf.set(token, id)
    }
    return idOf
  })
const mergesSchema = z.custom<readonly Merge[]>(
  (value) => Array.isArray(value) && value.every(isMerge),
  'expected pairs of tokens',
)

const tokenizerSchema = textCuttingSchema.loose().extend({
  added_tokens: z
    .array(z.looseObject({ id: z.number().int(), content: z.string(), special: z.boolean() }))
    .default([]),
  model: z.looseObject({
    type: z.literal('BPE'),
    ignore_merges: z.boolean().default(false),
    vocab: vocabularySchema,
    merges: mergesSchema,
  }),
})

export interface BytePairEncoding extends TextCutting {
  readonly idOf: ReadonlyMap<string, number>
  readonly addedTokens: readonly { id: number; content: string; special: boolean }[]
  /** By byte; undefined where the vocabulary lacks it. */
  readonly idOfByte: readonly (number | undefined)[]
  /** By rank: the ids of the left and right token, and of the token that they become. */
  readonly merges: readonly (readonly [left: number, right: number, merged: number])[]
  /** A word that is a token of its own is taken as it is. */
  readonly ignoresMerges: boolean
}

/** @throws Error in plain words when the document is no byte-level BPE tokenizer, or its merges name unknown tokens. */
export function parseBytePairEncoding(document: unknown): BytePairEncoding {
  const parsed = tokenizerSchema.safeParse(document)
  if (!parsed.success) {
    throw new Error(
      `tokenizer.json is not a byte-level BPE tokenizer: ${z.prettifyError(parsed.error)}`,
    )
  }
  const { model, added_tokens: addedTokens, normalizer, pre_tokenizer } = parsed.data
  const idOf = model.vocab
  const merges = model.merges.map((merge) => {
    const [left, right] = typeof merge === 'string' ? splitMerge(merge) : merge
    const ids = [idOf.get(left), idOf.get(right), idOf.get(left + right)] as const
    if (ids[0] === undefined || ids[1] === undefined || ids[2] === undefined) {
      throw new Error(
        `tokenizer.json merges "${left}" and "${right}", but lacks a token of the three`,
      )
    }
    return [ids[0], ids[1], ids[2]] as const
  })
  return {
    ...createTextCutting({ normalizer, pre_tokenizer }),
    idOf,
    addedTokens,
    idOfByte: Array.from({ length: 256 }, (_, byte) => idOf.get(symbolOfByte(byte))),
    merges,
    ignoresMerges: model.ignore_merges,
  }
}

function isMerge(value: unknown): value is Merge {
  if (typeof value === 'string') return true
  return (
    Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
  )
}

function splitMerge(merge: string): [string, string] {
  const space = merge.indexOf(' ')
  return [merge.slice(0, space), merge.slice(space + 1)]
}
