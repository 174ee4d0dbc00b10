/** A whole request held against AWS's model: its input, and how it was signed. */
import type { DecodedRequest } from './decodeRequest.ts'
import { signingNameOf } from './serviceModel.ts'
import { validateValue } from './validateValue.ts'
import { signedServiceOf, type WireRequest } from './wireRequest.ts'

/** In words; none when AWS's own model accepts it. */
export function validateRequest(decoded: DecodedRequest, request: WireRequest): string[] {
  const { model, operation, input } = decoded
  const problems = operation.input
    ? validateValue(model, operation.input.shape, input).map(({ path, message }) =>
        path === '' ? message : `${path} ${message}`,
      )
    : []
  const signed = signedServiceOf(request.headers)
  const wanted = signingNameOf(model)
  if (signed !== null && signed !== wanted) problems.push(`is signed for ${signed}, not ${wanted}`)
  return problems
}
