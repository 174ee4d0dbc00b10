/** A workspace's credentials while they last: fetched once for all clients, renewed in time, forgotten on request. */
import type { AwsCredentialIdentity } from '@smithy/types'

export interface CredentialSession {
  /** Never asks a person. */
  get(): Promise<AwsCredentialIdentity>
  /** Takes what a person signed in for. */
  keep(credentials: AwsCredentialIdentity): void
  /** The next `get` fetches them again: the service refused these. */
  forget(): void
}

/** Renewed this long before they end, so that a request under way does not meet the end. */
const renewBeforeMs = 5 * 60_000

/** @param provide fetches them without asking anybody */
export function createCredentialSession(
  provide: () => Promise<AwsCredentialIdentity>,
  now: () => number,
): CredentialSession {
  let current: AwsCredentialIdentity | null = null
  let fetching: Promise<AwsCredentialIdentity> | null = null
  const lasts = (credentials: AwsCredentialIdentity, marginMs: number) =>
    credentials.expiration === undefined || credentials.expiration.getTime() - marginMs > now()

  return {
    async get() {
      if (current && lasts(current, renewBeforeMs)) return current
      fetching ??= provide().finally(() => (fetching = null))
      try {
        current = await fetching
      } catch (error) {
        // Renewal may need a person; what is left of the old session still serves.
        if (current && lasts(current, 0)) return current
        current = null
        throw error
      }
      return current
    },
    keep(credentials) {
      current = credentials
    },
    forget() {
      current = null
    },
  }
}
