/**
 * Leaves a body out of the signature. It is held against its own checksum by S3, and travels over TLS or within this
 * computer; hashing it again for the signature would cost more than everything else that is done to a part.
 */
import type { Pluggable } from '@smithy/types'
import { HttpRequest } from '@smithy/protocol-http'

export function unsignedPayload<I extends object, O extends object>(): Pluggable<I, O> {
  return {
    applyToStack(stack) {
      stack.add(
        (next) => async (args) => {
          if (HttpRequest.isInstance(args.request))
            args.request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'
          return next(args)
        },
        { name: 'unsignedPayload', step: 'build', priority: 'low' },
      )
    },
  }
}
