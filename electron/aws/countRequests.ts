/** Tells of each request that an SDK client sends, its own retries included. */
import type { Pluggable } from '@smithy/types'

export function countRequests<I extends object, O extends object>(
  onRequest: () => void,
): Pluggable<I, O> {
  return {
    applyToStack(stack) {
      stack.add(
        (next) => async (args) => {
          onRequest()
          return next(args)
        },
        // Inside the retries, so that each attempt counts.
        { name: 'countRequests', step: 'finalizeRequest', priority: 'low' },
      )
    },
  }
}
