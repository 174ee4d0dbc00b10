/** One question to a language model in Bedrock, answered at once. */
import { setTimeout as wait } from 'node:timers/promises'
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { AppError } from '../../shared/errors.ts'
import { mostJudgeTokens } from '../../shared/judge.ts'
import { withAwsErrors } from './errors.ts'
import type { OpenAccount } from './workspace.ts'

export interface JudgeAnswer {
  readonly text: string
  readonly inputTokens: number
  readonly outputTokens: number
}

/** Nothing was generated, and nothing is paid, where a request was throttled. */
const mostTries = 6
const firstPauseMs = 1000

/**
 * The likeliest answer. What is throttled is asked again, up to about half a minute.
 * @throws AppError ModelAccessMissing, InferenceProfileNeeded, PermissionMissing, Throttled, Cancelled
 */
export async function askJudge(
  { clients }: Pick<OpenAccount, 'clients'>,
  modelId: string,
  prompt: string,
  signal: AbortSignal,
  pauseMs = firstPauseMs,
): Promise<JudgeAnswer> {
  const { bedrockRuntime } = await clients.cloud()
  for (let tries = 1; ; tries += 1) {
    try {
      const { output, usage } = await withAwsErrors(() =>
        bedrockRuntime.send(
          new ConverseCommand({
            modelId,
            messages: [{ role: 'user', content: [{ text: prompt }] }],
            inferenceConfig: { maxTokens: mostJudgeTokens, temperature: 0 },
          }),
          { abortSignal: signal },
        ),
      )
      return {
        text: (output?.message?.content ?? []).map(({ text }) => text ?? '').join(''),
        inputTokens: usage?.inputTokens ?? 0,
        outputTokens: usage?.outputTokens ?? 0,
      }
    } catch (error) {
      const refusal = explain(error, modelId)
      if (refusal.code !== 'Throttled' || tries === mostTries) throw refusal
      await wait(pauseMs * 2 ** (tries - 1), undefined, { signal }).catch(() => undefined)
      if (signal.aborted) throw new AppError('Cancelled', 'It was withdrawn')
    }
  }
}

/**
 * Bedrock's refusals that have a way out of their own.
 * @see https://repost.aws/knowledge-center/bedrock-invokemodel-api-error
 */
function explain(error: unknown, modelId: string): AppError {
  if (!(error instanceof AppError)) throw error
  const { code, message, details } = error
  const told = (becomes: 'ModelAccessMissing' | 'InferenceProfileNeeded') =>
    new AppError(becomes, message, { details: { ...details, model: modelId }, cause: error })
  if (
    code === 'AccessDenied' &&
    /have access to the model|model access|not authorized to invoke this API operation|aws-marketplace/i.test(
      message,
    )
  )
    return told('ModelAccessMissing')
  if (code === 'InvalidRequest' && /on-demand throughput isn.t supported/i.test(message))
    return told('InferenceProfileNeeded')
  return error
}
