/**
 * Requests to the Hub. Redirects are followed here, one by one, so that the access token goes to the configured address
 * and to no other: not to the content network that large files come from, nor to wherever a mirror sends us.
 */
import { answerInvalid, brokenOff } from './hubErrors.ts'

export interface HubAddress {
  /** Without a slash at its end. */
  readonly url: string
  readonly token: string | null
}

export interface HubResponse {
  readonly response: Response
  /** What the Hub says the file's content hashes to, wherever its bytes come from; null where it says nothing. */
  readonly linkedHash: string | null
  /** Whether the configured address itself gave this answer. */
  readonly isFromHub: boolean
}

export type HubFetch = (url: string, init?: RequestInit) => Promise<HubResponse>

const mostRedirects = 10
const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308]

/** @throws AppError HubUnreachable, HubAnswerInvalid, Cancelled */
export function createHubFetch({ url: hubUrl, token }: HubAddress): HubFetch {
  const hub = new URL(hubUrl)
  return async (url, init = {}) => {
    let target = new URL(url)
    let linkedHash: string | null = null
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const isFromHub = target.origin === hub.origin
      const headers = new Headers(init.headers)
      headers.delete('authorization')
      if (token !== null && isFromHub) headers.set('authorization', `Bearer ${token}`)
      const response = await request(target, { ...init, headers, redirect: 'manual' }, hubUrl)
      if (isFromHub) linkedHash = hashOf(response) ?? linkedHash
      const location = response.headers.get('location')
      if (!redirectStatuses.includes(response.status) || location === null)
        return { response, linkedHash, isFromHub }
      await response.body?.cancel()
      if (!URL.canParse(location, target)) break
      const next = new URL(location, target)
      const isWeaker = target.protocol === 'https:' && next.protocol !== 'https:'
      if (isWeaker || !/^https?:$/.test(next.protocol)) break
      target = next
    }
    throw answerInvalid(hubUrl, 'It redirects to nowhere')
  }
}

async function request(target: URL, init: RequestInit, hubUrl: string): Promise<Response> {
  try {
    return await fetch(target, init)
  } catch (error) {
    throw brokenOff(hubUrl, init.signal, error)
  }
}

/** A Git or LFS object's hash; other entity tags say nothing about the content. */
function hashOf({ headers }: Response): string | null {
  const tag = headers.get('x-linked-etag') ?? headers.get('etag')
  return /^(?:W\/)?"?([0-9a-f]{64}|[0-9a-f]{40})"?$/.exec(tag ?? '')?.[1] ?? null
}
