/** What the parts of an evaluation work with. */
import type { BertScores } from '../../../shared/bertScore.ts'
import type { Candidate } from '../../../shared/model.ts'
import type { AnswerSide } from '../../../shared/playground.ts'
import type { EvaluatedRow, Evaluation } from '../../../shared/evaluation.ts'
import type { LibraryResult } from '../../../shared/libraryCheck.ts'
import type { ToxicityScores } from '../../../shared/toxicity.ts'
import type { JudgeAnswer } from '../../aws/askJudge.ts'
import type { WritableDb } from '../../db/database.ts'
import type { EvaluationData } from '../evaluationData.ts'

/** Why a run is withdrawn when the app ends: it goes on by itself at the next start. */
export const closing = Symbol('closing')

export interface PartContext {
  readonly db: WritableDb
  /** As it was when this run began. */
  readonly evaluation: Evaluation
  readonly candidate: Candidate
  readonly data: EvaluationData
  readonly signal: AbortSignal
  /** The likeliest answer. */
  ask(side: AnswerSide, question: string): Promise<string>
  /** Natural logarithm of a sentence's probability. */
  readLogProbability(side: AnswerSide, sentence: string): Promise<number>
  /** Null without a classifier. */
  judgeToxicity(texts: readonly string[]): Promise<ToxicityScores[] | null>
  /** Null without an encoder. */
  scoreMeaning(answers: readonly string[], reference: string): Promise<BertScores[] | null>
  /** What the plan's judge says. */
  askJudge(prompt: string): Promise<JudgeAnswer>
  /** Has fmeval score the rows; the job of this name is found again. */
  runLibrary(jobName: string, rows: readonly EvaluatedRow[]): Promise<LibraryResult>
  /** How much of the part is done. */
  onDone(done: number, planned: number): void
}
