/** What a human preferred without knowing which was which. */
import type { Evaluation } from '../../../shared/evaluation.ts'
import { ratingValues, summarizeRatings } from '../../../shared/ratingSummary.ts'
import { sayIn } from './blocks.ts'
import type { ReportWords } from './reportWords.ts'

export function ratingBlock({ ratings }: Evaluation, words: ReportWords): string {
  const summary = summarizeRatings(ratings)
  if (summary.winRate === null) return ''
  const say = sayIn(words)
  return `<h2>${say('rating.title')}</h2>
<p>${say('rating.result', ratingValues(summary))}</p>
<p class="quiet">${say('rating.clear')}</p>`
}
