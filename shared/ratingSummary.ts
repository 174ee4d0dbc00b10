/** What a human preferred, blind. */
import type { Evaluation, Rating } from './evaluation.ts'
import { seededRandom } from './split.ts'
import { wilsonInterval } from './wilsonInterval.ts'

export interface RatingSummary {
  readonly tuned: number
  readonly base: number
  readonly ties: number
  /** Share of the tuned model's wins among those that were no ties; null without any. */
  readonly winRate: number | null
  /** Wilson's 95 % interval of it. */
  readonly low: number
  readonly high: number
}

export function summarizeRatings(ratings: Evaluation['ratings']): RatingSummary {
  const given = Object.values(ratings)
  const count = (rating: Rating) => given.filter((one) => one === rating).length
  const tuned = count('tuned')
  const decided = tuned + count('base')
  const [low, high] = wilsonInterval(tuned, decided)
  return {
    tuned,
    base: count('base'),
    ties: count('tie'),
    winRate: decided === 0 ? null : tuned / decided,
    low,
    high,
  }
}

/** Whether the tuned answer stands on the left: by chance, the same every time a row is shown. */
export function tunedIsLeft(evaluationSeed: number, position: number): boolean {
  return seededRandom(evaluationSeed * 1_000_003 + position)() < 0.5
}

/** For the words of the result. */
export function ratingValues({ tuned, base, ties, winRate, low, high }: RatingSummary) {
  const percent = (share: number) => Math.round(100 * share)
  return {
    won: tuned,
    decided: tuned + base,
    ties,
    rate: percent(winRate ?? 0),
    low: percent(low),
    high: percent(high),
  }
}
