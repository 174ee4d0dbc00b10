/** AWS's clock: read from its answers, and set into a signature. */
import type {
  FinalizeHandler,
  FinalizeHandlerArguments,
  HandlerExecutionContext,
  Pluggable,
} from '@smithy/types'

/** Tells when AWS answered, also where it refused: by the answer's Date header. */
export function answerDate<I extends object, O extends object>(
  onDate: (atMs: number) => void,
): Pluggable<I, O> {
  return {
    applyToStack(stack) {
      stack.add(
        (next) => async (args) => {
          const result = await next(args)
          const { headers } = result.response as { headers?: Record<string, string> }
          const atMs = Date.parse(headers?.['date'] ?? headers?.['Date'] ?? '')
          if (!Number.isNaN(atMs)) onDate(atMs)
          return result
        },
        // Next to the wire: a refusal is made into an error only after this.
        { name: 'answerDate', step: 'deserialize', priority: 'low' },
      )
    },
  }
}

interface SigningScheme {
  httpAuthOption: { signingProperties?: { config?: object } }
}

/**
 * Signs the request for this moment of AWS's clock, however late it is sent: AWS refuses a signature that is too old, so
 * that it can't act on a request that slept.
 */
export function signedAt<I extends object, O extends object>(atMs: number): Pluggable<I, O> {
  return {
    applyToStack(stack) {
      stack.addRelativeTo(
        (next: FinalizeHandler<I, O>, context: HandlerExecutionContext) =>
          async (args: FinalizeHandlerArguments<I>) => {
            const smithy = (
              context as { __smithy_context?: { selectedHttpAuthScheme?: SigningScheme } }
            ).__smithy_context
            const scheme = smithy?.selectedHttpAuthScheme
            const properties = scheme?.httpAuthOption.signingProperties
            const config = properties?.config
            if (!scheme || !config) throw new Error('The request has no signing scheme.')
            // The signer adds this offset to this computer's clock, whatever that says by then.
            scheme.httpAuthOption = {
              ...scheme.httpAuthOption,
              signingProperties: {
                ...properties,
                config: Object.create(config, {
                  systemClockOffset: { get: () => atMs - Date.now(), set: () => undefined },
                }) as object,
              },
            }
            return next(args)
          },
        { name: 'signedAt', relation: 'before', toMiddleware: 'httpSigningMiddleware' },
      )
    },
  }
}
