/** An evaluation as one JSON document: what it comes to, then every row. */
import { summarizeBertScores } from '../../../shared/bertScore.ts'
import type { Evaluation } from '../../../shared/evaluation.ts'
import { countFlagged, verdictOf } from '../../../shared/evaluationVerdict.ts'
import { compareWithLibrary } from '../../../shared/libraryComparison.ts'
import { summarizeJudgements } from '../../../shared/judge.ts'
import { compareScores, compareToxicity } from '../../../shared/metricComparison.ts'
import { summarizeRatings } from '../../../shared/ratingSummary.ts'
import { summarizeRobustness } from '../../../shared/robustnessSummary.ts'
import { summarizeStereotyping } from '../../../shared/stereotypingSummary.ts'
import { evaluationSettings } from '../evaluator.ts'

export function evaluationDocument(evaluation: Evaluation): string {
  const {
    rows,
    perturbed,
    stereotypes,
    judgements,
    library,
    voice,
    ratings,
    answerTimes,
    ...head
  } = evaluation
  return JSON.stringify({
    ...head,
    settings: evaluationSettings,
    verdict: evaluation.plan.withBase ? verdictOf(rows) : null,
    scores: compareScores(rows),
    voice,
    toxicity: compareToxicity(rows),
    wordListScreen: countFlagged(rows),
    robustness: summarizeRobustness(evaluation),
    stereotyping: summarizeStereotyping(stereotypes),
    humanRating: summarizeRatings(ratings),
    bertScore: summarizeBertScores(evaluation.bertScores),
    fmeval: library && { comparison: compareWithLibrary(rows, library), ...library },
    judge: head.plan.judge && summarizeJudgements(judgements),
    rows,
    perturbed,
    stereotypes,
    judgements,
    ratings,
    answerTimes,
  })
}
