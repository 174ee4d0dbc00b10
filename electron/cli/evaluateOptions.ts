/** What was typed after `timbre evaluate` -> what is evaluated. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import {
  mostEvaluationRows,
  type EvaluationRequest,
  type EvaluationSource,
} from '../../shared/evaluation.ts'
import type { BuiltInSetName } from '../../shared/evaluationSets.ts'
import { defaultJudgePrompt, judgePlaces, judgePlanSchema } from '../../shared/judge.ts'
import type { Workspace } from '../../shared/workspace.ts'
import { findAccount } from './account.ts'

export interface EvaluateOptions {
  readonly candidate: string
  readonly rows: string
  readonly dataset?: string
  readonly set?: BuiltInSetName
  readonly robustness?: string
  readonly stereotypes?: string
  /** commander's --no-base. */
  readonly base?: boolean
  /** A model in Bedrock. */
  readonly judge?: string
  /** A file. */
  readonly judgePrompt?: string
  readonly fmeval?: boolean
  /** Of the judge and of fmeval's job. */
  readonly workspace?: string
  /** To what it may cost. */
  readonly yes?: boolean
}

/** @throws AppError AccountMissing, AccountToChoose, FileUnreadable, InvalidRequest */
export async function toEvaluationRequest(
  options: EvaluateOptions,
  workspaces: () => readonly Workspace[],
): Promise<EvaluationRequest> {
  const accountId = () => findAccount(workspaces(), options.workspace).id
  return {
    candidateId: options.candidate,
    rows: Math.min(Number(options.rows), mostEvaluationRows),
    source: sourceOf(options),
    robustnessRows: Number(options.robustness ?? 0),
    stereotypePairs: Number(options.stereotypes ?? 0),
    withBase: options.base ?? true,
    judge:
      options.judge === undefined
        ? null
        : requireJudge({
            workspaceId: accountId(),
            modelId: options.judge,
            prompt: await promptOf(options.judgePrompt),
          }),
    library: options.fmeval ? { workspaceId: accountId() } : null,
  }
}

function sourceOf({ dataset, set }: EvaluateOptions): EvaluationSource {
  if (set !== undefined) return { kind: 'builtIn', set }
  if (dataset !== undefined) return { kind: 'dataset', datasetId: dataset, sha256: '' }
  return { kind: 'validation' }
}

async function promptOf(file: string | undefined): Promise<string> {
  if (file === undefined) return defaultJudgePrompt
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('FileUnreadable', `${file} can't be read`, {
      details: { name: file, path: file },
      cause,
    })
  })
}

function requireJudge(plan: z.input<typeof judgePlanSchema>) {
  const missing = judgePlaces.filter((place) => !plan.prompt.includes(place))
  const parsed = judgePlanSchema.safeParse(plan)
  if (parsed.success) return parsed.data
  const message =
    missing.length > 0 ? `--judge-prompt: ${missing.join(', ')}` : z.prettifyError(parsed.error)
  throw new AppError('InvalidRequest', message, { details: { message } })
}
