/** What AWS repeats of a request when it refuses its signature: the signed headers, the session's token among them. */

/** Stands where a secret stood. */
export const redacted = '(removed)'

const echoed: readonly RegExp[] = [
  // "The Canonical String for this request should have been 'POST ... x-amz-security-token:IQoJ... '"
  /(x-amz-security-token\s*[:=]\s*)[^\s'"&,]+/gi,
  // "... Authorization=AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=..."
  /(\bsignature=\s*)[0-9a-f]{64}/gi,
]

/** @returns AWS's words without tokens and signatures */
export function withoutEchoedSecrets(message: string): string {
  return echoed.reduce((text, secret) => text.replace(secret, `$1${redacted}`), message)
}
