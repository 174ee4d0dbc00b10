/** A request as it went over the wire, from a socket or from a recording. */
export interface WireRequest {
  readonly method: string
  /** As sent, percent-encoded, without the query. */
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Null when it was not kept: the content of an object. */
  readonly body: Buffer | null
  /** The service that the signature names; null where nothing is signed, as when signing in. */
  readonly signedFor: string | null
}

export function queryOf(search: string): [string, string][] {
  return [...new URLSearchParams(search)]
}

/** The service that a Signature V4 was made for; null without one. */
export function signedServiceOf(headers: Readonly<Record<string, string>>): string | null {
  const scope = /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/
  return scope.exec(headers['authorization'] ?? '')?.[1] ?? null
}
