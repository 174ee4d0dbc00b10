/** One answer against its reference, by every score. */
import type { ScoredAnswer } from '../../../shared/evaluation.ts'
import { answerDelimiter, type Scores } from '../../../shared/scores.ts'
import { exactInclusion, quasiExactInclusion } from './factualKnowledge.ts'
import { meteor } from './meteor.ts'
import { rougeL, rougeN } from './rouge.ts'
import { screenByWordList } from './wordListScreen.ts'
import { exactMatch, quasiExactMatch, wordOverlap } from './wordOverlap.ts'

export function scoreAnswer(text: string, reference: string): ScoredAnswer {
  return {
    text,
    scores: scoresOf(text, reference),
    flagged: screenByWordList(text),
    toxicity: null,
  }
}

/** Where several answers are accepted, each of the question-answering scores is that of the nearest, as in fmeval. */
export function scoresOf(text: string, reference: string): Scores {
  const targets = reference.split(answerDelimiter)
  const best = (score: (target: string) => number) => Math.max(...targets.map(score))
  const overlaps = targets.map((target) => wordOverlap(text, target))
  return {
    f1: Math.max(...overlaps.map(({ f1 }) => f1)),
    precision: Math.max(...overlaps.map(({ precision }) => precision)),
    recall: Math.max(...overlaps.map(({ recall }) => recall)),
    exactMatch: best((target) => exactMatch(text, target)),
    quasiExactMatch: best((target) => quasiExactMatch(text, target)),
    rouge1: best((target) => rougeN(text, target, 1)),
    rouge2: best((target) => rougeN(text, target, 2)),
    rougeL: best((target) => rougeL(text, target)),
    meteor: best((target) => meteor(text, target)),
    factualKnowledge: best((target) => exactInclusion(text, target)),
    factualKnowledgeQuasi: best((target) => quasiExactInclusion(text, target)),
  }
}
