/** Has an SDK client throw AppErrors. */
import type { Pluggable } from '@smithy/types'
import type { AppError } from '../../shared/errors.ts'

/** Outermost, so that it sees what is left after the SDK's own retries. */
export function translateErrors<I extends object, O extends object>(
  translate: (thrown: unknown) => AppError,
): Pluggable<I, O> {
  return {
    applyToStack(stack) {
      stack.add(
        (next) => async (args) => {
          try {
            return await next(args)
          } catch (error) {
            throw translate(error)
          }
        },
        { name: 'translateErrors', step: 'initialize', priority: 'high' },
      )
    },
  }
}
