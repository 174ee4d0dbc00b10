/** What the Hub answers when it refuses, as one sentence's error. */
import { AppError } from '../../../shared/errors.ts'

export interface AskedFor {
  readonly repo: string
  readonly revision: string | null
  /** Of the configured Hub or mirror. */
  readonly hubUrl: string
  readonly hasToken: boolean
}

export const hostOf = (hubUrl: string) => new URL(hubUrl).host

/** By the code in X-Error-Code; a mirror that drops it is understood by its status. Reads the headers only. */
export function refusalOf(response: Response, asked: AskedFor): AppError {
  const { repo, revision, hubUrl, hasToken } = asked
  const code = response.headers.get('x-error-code') ?? ''
  const said = response.headers.get('x-error-message') ?? ''
  const { status } = response
  const host = hostOf(hubUrl)
  const message = `${host} answered ${status} ${code}`.trim()
  const details = { name: repo, host, status, url: `${hubUrl}/${repo}` }
  // A firewall on the way says 403 as well, but in a page of its own.
  const isOwnAnswer = said !== '' || response.headers.get('content-type')?.includes('json')
  if (code === 'GatedRepo' || (status === 403 && code === '' && isOwnAnswer))
    return new AppError('HubModelGated', message, { details })
  if (status === 401 && hasToken && (code === '' || said.includes('Invalid credentials')))
    return new AppError('HubTokenRefused', message, { details })
  if (code === 'RevisionNotFound')
    return new AppError('HubRevisionNotFound', message, {
      details: { ...details, revision: revision ?? '' },
    })
  // Without a token a missing model and a private one are answered alike, and with 401.
  if (status === 401 || status === 404 || status === 410 || code === 'DisabledRepo')
    return new AppError('HubModelNotFound', message, { details })
  if (status === 429) return new AppError('Throttled', message, { details, retryable: true })
  if (status === 403) return new AppError('HubUnavailable', message, { details })
  if (status >= 500) return new AppError('HubUnavailable', message, { details, retryable: true })
  return answerInvalid(hubUrl, message)
}

/** It answers, but not as a Hub does. */
export function answerInvalid(hubUrl: string, message: string, cause?: unknown): AppError {
  return new AppError('HubAnswerInvalid', message, { details: { host: hostOf(hubUrl) }, cause })
}

export function unreachable(hubUrl: string, cause: unknown): AppError {
  const host = hostOf(hubUrl)
  return new AppError('HubUnreachable', `${host} cannot be reached`, {
    details: { host },
    retryable: true,
    cause,
  })
}

/** A request that ended early: because it was to, or else because of the network. */
export function brokenOff(
  hubUrl: string,
  signal: AbortSignal | null | undefined,
  cause: unknown,
): AppError {
  const isTimeout = signal?.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  return signal?.aborted && !isTimeout ? cancelled() : unreachable(hubUrl, cause)
}

export function cancelled(): AppError {
  return new AppError('Cancelled', 'The download was cancelled')
}
