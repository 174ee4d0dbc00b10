/** Refusals that a test asks for before they happen. */
import { ServiceFailure } from './serviceFailure.ts'

export interface Failures {
  /** The next calls of this operation are refused. */
  refuse(operation: string, failure: ServiceFailure, times?: number): void
  /** The next call of this operation is done, and its answer lost. */
  loseAnswer(operation: string): void
  /** The next call of this operation is done once `work` is; what happens meanwhile comes first. */
  hold(operation: string, work: () => Promise<void>): void
  /** What was still to be refused of it is not any more. */
  settle(operation: string): void
  /** @throws ServiceFailure when one is due */
  check(operation: string): void
  /** Until what it is held for is done. */
  held(operation: string): Promise<void>
  /** @throws ServiceFailure when the answer is to be lost */
  checkAnswer(operation: string): void
}

export function createFailures(): Failures {
  const due = new Map<string, { failure: ServiceFailure; left: number }[]>()
  const lost = new Set<string>()
  const holding = new Map<string, () => Promise<void>>()
  return {
    refuse(operation, failure, times = 1) {
      due.set(operation, [...(due.get(operation) ?? []), { failure, left: times }])
    },
    loseAnswer: (operation) => void lost.add(operation),
    hold: (operation, work) => void holding.set(operation, work),
    settle: (operation) => void due.delete(operation),
    check(operation) {
      const waiting = due.get(operation) ?? []
      const next = waiting[0]
      if (!next) return
      next.left -= 1
      if (next.left <= 0) due.set(operation, waiting.slice(1))
      throw next.failure
    },
    async held(operation) {
      const work = holding.get(operation)
      holding.delete(operation)
      await work?.()
    },
    checkAnswer(operation) {
      if (lost.delete(operation))
        throw new ServiceFailure('InternalFailure', 'The answer was lost.', 500)
    },
  }
}

/** Refusals as AWS words them; sources in docs/aws.md. */
export const knownFailures = {
  accessDenied: (action: string) =>
    new ServiceFailure(
      'AccessDeniedException',
      `User: arn:aws:iam::123456789012:user/analyst is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
      400,
    ),
  throttled: () => new ServiceFailure('ThrottlingException', 'Rate exceeded', 400),
  expiredToken: () =>
    new ServiceFailure(
      'ExpiredTokenException',
      'The security token included in the request is expired',
      400,
    ),
  quota: (type: string) =>
    new ServiceFailure(
      'ResourceLimitExceeded',
      `The account-level service limit '${type} for training job usage' is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota.`,
    ),
} as const
