/** A refusal as AWS sends it. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure'
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

export function validationFailure(message: string): ServiceFailure {
  return new ServiceFailure('ValidationException', message)
}
