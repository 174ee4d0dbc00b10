/**
 * The access token, for one address: it is sent to no other, even when the address in the settings is changed, by
 * whomever.
 */
import { z } from 'zod'
import type { HubTokenState } from '../../../shared/hubModel.ts'
import { createSecretFile, type KeyStore } from '../../secrets/secretFile.ts'

export interface HubTokens {
  /** Null where none was set for this address. */
  get(hubUrl: string): Promise<string | null>
  set(hubUrl: string, token: string): Promise<void>
  remove(): Promise<void>
  describe(hubUrl: string): Promise<HubTokenState>
}

const secretSchema = z.object({ origin: z.string(), token: z.string() })

/** @param keyStore null where this computer has none; asked each time, for it may be locked or appear later */
export function createHubTokens(file: string, keyStore: () => KeyStore | null): HubTokens {
  const secret = createSecretFile(file, keyStore)

  async function get(hubUrl: string): Promise<string | null> {
    const text = await secret.read()
    const kept = text === null ? undefined : parse(text)
    return kept?.origin === new URL(hubUrl).origin ? kept.token : null
  }

  return {
    get,
    set: (hubUrl, token) => secret.write(JSON.stringify({ origin: new URL(hubUrl).origin, token })),
    remove: () => secret.remove(),
    async describe(hubUrl) {
      const { state, canKeep } = await secret.describe()
      return { state: (await get(hubUrl)) === null ? 'none' : state, canKeep }
    },
  }
}

function parse(text: string): z.infer<typeof secretSchema> | undefined {
  try {
    return secretSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
