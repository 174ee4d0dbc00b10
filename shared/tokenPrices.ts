/** What AWS asks for a thousand tokens of training, where it bills by the token. */
import type { PriceList } from './cost.ts'
import type { BaseModel } from './model.ts'
import { readBaseModelId } from './trainingWay.ts'

export interface TokenPrice {
  readonly perThousand: number
  /**
   * table: a rough figure that comes with Timbre and that nobody has checked. similar: no price of the model is known, so it
   * is what a model of its size was asked for.
   */
  readonly from: 'priceList' | 'table' | 'similar'
  /** Of a figure that comes with Timbre: year and month. */
  readonly asOf: string | null
}

/**
 * The name of a model as the price list's usage types and Bedrock's ids have it in common: `USW2-Llama3-3-70B-...` and
 * `meta.llama3-3-70b-instruct-v1:0` are both `llama3370b`.
 */
export function priceFamilyOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/^[a-z]+\./, '')
    .replace(/-v\d+(:.*)?$/, '')
    .replace(/-instruct\b/, '')
    .replace(/(\d)\.0(?!\d)/g, '$1')
    .replace(/[^a-z0-9]/g, '')
}

interface RoughPrice {
  readonly perThousand: number
  readonly asOf: string
}

/** US dollars, Bedrock in the United States. Nobody has held them against AWS's list; the dates are those of the sources. */
const rough: Readonly<Record<string, RoughPrice>> = {
  novamicro: { perThousand: 0.001, asOf: '2026-08' },
  nova2lite: { perThousand: 0.00378, asOf: '2026-08' },
  titantextlite: { perThousand: 0.0004, asOf: '2024-12' },
}
/** What Bedrock asked for Llama 2, which stands for whatever is as large. */
const roughBySize: readonly (RoughPrice & { readonly mostParameters: number })[] = [
  { mostParameters: 15e9, perThousand: 0.00149, asOf: '2024-03' },
  { mostParameters: Number.POSITIVE_INFINITY, perThousand: 0.00799, asOf: '2024-03' },
]

/** Null: none is known in this currency. A model whose size nobody tells counts as a large one. */
export function tokenPriceOf(
  { id, parameterCount }: Pick<BaseModel, 'id' | 'parameterCount'>,
  { perThousandTokens, currency }: Pick<PriceList, 'perThousandTokens' | 'currency'>,
): TokenPrice | null {
  const { way, name } = readBaseModelId(id)
  const family = priceFamilyOf(name)
  // The list is Bedrock's.
  const listed = way === 'bedrock' ? perThousandTokens[family] : undefined
  if (listed !== undefined) return { perThousand: listed, from: 'priceList', asOf: null }
  if (currency !== 'USD') return null
  const known = way === 'bedrock' ? rough[family] : undefined
  if (known) return { ...known, from: 'table' }
  const size = parameterCount ?? Number.POSITIVE_INFINITY
  const similar = roughBySize.find(({ mostParameters }) => size <= mostParameters)
  return similar ? { perThousand: similar.perThousand, from: 'similar', asOf: similar.asOf } : null
}
