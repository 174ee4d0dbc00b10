/** How AWS answered a step of an endpoint's life. */
import type { AppError, ErrorCode } from '../../shared/errors.ts'
import { fromSdkError } from './errors.ts'

/** How AWS answered a step. What got no answer is thrown. */
export interface StepAnswer {
  readonly outcome: 'done' | 'forbidden' | 'refused'
  readonly refusal: AppError | null
  /** An earlier attempt of the same request may still arrive. */
  readonly wasRepeated: boolean
}

/** One after another; the first that is not done ends it. */
export async function inTurn(
  requests: readonly (() => Promise<StepAnswer>)[],
): Promise<StepAnswer> {
  let last: StepAnswer = { outcome: 'done', refusal: null, wasRepeated: false }
  for (const request of requests) {
    last = await request()
    if (last.outcome !== 'done') return last
  }
  return last
}

/** SageMaker says ValidationException for all of these, so its text is all there is to tell by. */
export const created = (send: Send) => unlessSaid(/already existing/, send)
export const deleted = (send: Send) =>
  unlessSaid(/Could not find|does not exist/, send).then(goneIsDone)

/** Other services have a name for it. */
function goneIsDone(answer: StepAnswer): StepAnswer {
  return answer.refusal?.code === 'NotFound'
    ? { ...answer, outcome: 'done', refusal: null }
    : answer
}

type Send = () => Promise<{ $metadata: { attempts?: number } }>

/** What is there already was made by an earlier attempt; what is gone already, by an earlier delete. */
async function unlessSaid(words: RegExp, send: Send): Promise<StepAnswer> {
  const answer = await attempt(send)
  const isAsWished = answer.refusal?.code === 'InvalidRequest' && words.test(answer.refusal.message)
  return isAsWished ? { ...answer, outcome: 'done', refusal: null } : answer
}

/** @throws AppError where nobody knows whether it was done */
export async function attempt(send: Send): Promise<StepAnswer> {
  try {
    const { $metadata } = await send()
    return { outcome: 'done', refusal: null, wasRepeated: ($metadata.attempts ?? 1) > 1 }
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.retryable || refusal.code === 'Internal' || refusal.code === 'Cancelled')
      throw refusal
    return {
      outcome: isForbidden(refusal) ? 'forbidden' : 'refused',
      refusal,
      wasRepeated: false,
    }
  }
}

const forbiddenCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'AccessDenied',
  'PermissionMissing',
  'PassRoleDenied',
])

/** A permission is missing; AWS's words mostly tell which. */
export function isForbidden({ code }: AppError): boolean {
  return forbiddenCodes.has(code)
}

export async function exists(describe: () => Promise<unknown>): Promise<boolean> {
  return (await orNull(describe)) !== null
}

/** What is not there is a ValidationException, not a ResourceNotFound. */
export async function orNull<T>(describe: () => Promise<T>): Promise<T | null> {
  try {
    return await describe()
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code === 'InvalidRequest' || refusal.code === 'NotFound') return null
    throw refusal
  }
}
