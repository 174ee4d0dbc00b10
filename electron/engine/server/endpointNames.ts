/** Names of models, configurations and endpoints, and the answer to one that is not known. */
import { z } from 'zod'
import { arnOf } from './engineContext.ts'
import { validationError, type ServiceError } from './serviceError.ts'

export const endpointName = z
  .string()
  .max(63)
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)

/** SageMaker answers ValidationException, not ResourceNotFound, for these; its clients' waiters rely on that. */
export function couldNotFind(kind: string, resourceName: string): ServiceError {
  const arn = arnOf(kind === 'endpoint configuration' ? 'endpoint-config' : kind, resourceName)
  return validationError(`Could not find ${kind} "${arn}".`)
}
