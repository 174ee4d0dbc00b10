/** A whole request held against AWS's model. */
import type { DecodedRequest } from './decodeRequest.ts'
import { validateValue } from './validateValue.ts'

/** In words; none when AWS's own model accepts it. */
export function validateRequest({ model, operation, input }: DecodedRequest): string[] {
  const problems = operation.input
    ? validateValue(model, operation.input.shape, input).map(({ path, message }) =>
        path === '' ? message : `${path} ${message}`,
      )
    : []
  return problems
}
