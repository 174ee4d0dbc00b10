/** How many of the training answers' usual traits one answer has. */
import { commonPhrases } from './phrases.ts'
import type { TextTraits } from './textTraits.ts'

/** Whole traits from 0 to 4: greeting, closing, and length and reading level within the middle nine tenths. */
export function typicalityAgainst(
  training: readonly TextTraits[],
): (traits: TextTraits | undefined) => number {
  const greetings = new Set(commonPhrases('greeting', training))
  const closings = new Set(commonPhrases('closing', training))
  const length = middle(training.map((traits) => traits.length))
  const level = middle(training.map(({ readingLevel }) => readingLevel))
  return (traits) => {
    if (!traits) return 0
    return [
      greetings.has(traits.greeting),
      closings.has(traits.closing),
      traits.length >= length.low && traits.length <= length.high,
      traits.readingLevel >= level.low && traits.readingLevel <= level.high,
    ].filter(Boolean).length
  }
}

function middle(values: readonly number[]): { low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  return { low: at(0.05), high: at(0.95) }
}
