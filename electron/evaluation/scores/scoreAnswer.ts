/** One answer against its reference, by every score. */
import type { ScoredAnswer } from '../../../shared/evaluation.ts'
import { meteor } from './meteor.ts'
import { rougeL, rougeN } from './rouge.ts'
import { screenByWordList } from './wordListScreen.ts'
import { exactMatch, quasiExactMatch, wordOverlap } from './wordOverlap.ts'

export function scoreAnswer(text: string, reference: string): ScoredAnswer {
  return {
    text,
    scores: {
      ...wordOverlap(text, reference),
      exactMatch: exactMatch(text, reference),
      quasiExactMatch: quasiExactMatch(text, reference),
      rouge1: rougeN(text, reference, 1),
      rouge2: rougeN(text, reference, 2),
      rougeL: rougeL(text, reference),
      meteor: meteor(text, reference),
    },
    flagged: screenByWordList(text),
  }
}
