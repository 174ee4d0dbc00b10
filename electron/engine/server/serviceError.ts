/** A refusal in AWS's words; each protocol writes it in its own form. */
export class ServiceError extends Error {
  /** AWS's error code, such as `ResourceInUse` or `NoSuchKey`. */
  override readonly name: string
  readonly status: number

  constructor(name: string, message: string, status = 400, options?: ErrorOptions) {
    super(message, options)
    this.name = name
    this.status = status
  }
}

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}
