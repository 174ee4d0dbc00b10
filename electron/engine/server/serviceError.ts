/** A refusal in AWS's words; each protocol writes it in its own form. */
export class ServiceError extends Error {
  /** AWS's error code, such as `ResourceInUse` or `NoSuchKey`. */
  override readonly name: string
  readonly status: number
  /** Further members of the error's JSON form, such as ModelError's OriginalStatusCode. */
  readonly members: Readonly<Record<string, string | number>>

  constructor(
    name: string,
    message: string,
    status = 400,
    options: ErrorOptions & { members?: Readonly<Record<string, string | number>> } = {},
  ) {
    super(message, options)
    this.name = name
    this.status = status
    this.members = options.members ?? {}
  }
}

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}
