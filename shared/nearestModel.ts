/** Base models of another place, ordered by how near they are to one of this. */
import type { BaseModel } from './model.ts'
import type { TrainingWay } from './trainingWay.ts'

export interface ModelFacts {
  readonly id: string
  readonly displayName: string
  readonly parameterCount: number | null
}

/** The same trainer, curves as it trains, weights that come back: JumpStart is nearest to this computer. */
const wayDistance: Readonly<Record<TrainingWay, number>> = {
  jumpStart: 0,
  serverless: 0.1,
  autopilot: 0.2,
  bedrock: 0.3,
}

/** The nearest first. Names count before size: the same weights are the same model wherever they stand. */
export function rankByNearness(model: ModelFacts, others: readonly BaseModel[]): BaseModel[] {
  const words = wordsOf(model)
  const distances = new Map(
    others.map((other) => {
      const theirs = wordsOf(other)
      const shared = [...words].filter((word) => theirs.has(word)).length
      const alike = shared / Math.max(1, new Set([...words, ...theirs]).size)
      return [other.id, 4 * (1 - alike) + sizeDistance(model, other) + wayDistance[other.way]]
    }),
  )
  const of = ({ id }: BaseModel) => distances.get(id) ?? Number.POSITIVE_INFINITY
  return others.toSorted((a, b) => of(a) - of(b) || a.displayName.localeCompare(b.displayName))
}

/** Words that tell nothing of the model itself. */
const common = new Set(['huggingface', 'textgeneration', 'text2text', 'llm', 'hf', 'model', 'meta'])

/** `Qwen2.5-0.5B-Instruct` -> qwen, 2, 5, 0, 5b, instruct. */
function wordsOf({ id, displayName }: ModelFacts): Set<string> {
  const words = `${id} ${displayName}`
    .toLowerCase()
    .replace(/([a-z]{3,})(\d)/g, '$1 $2')
    .split(/[^a-z0-9]+/)
  return new Set(words.filter((word) => word !== '' && !common.has(word)))
}

/** Factors of ten; many where nobody knows. */
function sizeDistance(a: ModelFacts, b: BaseModel): number {
  if (a.parameterCount === null || b.parameterCount === null) return 3
  return Math.abs(Math.log10(a.parameterCount / b.parameterCount))
}
