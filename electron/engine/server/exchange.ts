/** A request and its answer, free of sockets, so that operations are tested without one. */

export interface EngineRequest {
  readonly method: string
  /** Percent-encoded, as it came, without the query. */
  readonly rawPath: string
  readonly query: URLSearchParams
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: AsyncIterable<Uint8Array>
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

export interface EngineResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | null
}

/** @throws RangeError when the body is longer than `limitBytes`. */
export async function readBody(
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limitBytes) throw new RangeError('The body is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
