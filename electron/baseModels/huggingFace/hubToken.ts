/**
 * The access token, for one address: it is sent to no other, even when the address in the settings is changed, by
 * whomever. Kept encrypted by the system's key store in a file of the owner's; without a key store, in memory only.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { HubTokenState } from '../../../shared/hubModel.ts'

/** What the operating system offers to keep secrets; Electron's, handed in by main. */
export interface KeyStore {
  encrypt(text: string): Promise<Uint8Array>
  decrypt(bytes: Buffer): Promise<string>
}

export interface HubTokens {
  /** Null where none was set for this address. */
  get(hubUrl: string): Promise<string | null>
  set(hubUrl: string, token: string): Promise<void>
  remove(): Promise<void>
  describe(hubUrl: string): Promise<HubTokenState>
}

const secretSchema = z.object({ origin: z.string(), token: z.string() })
type Secret = z.infer<typeof secretSchema>

/** @param keyStore null where this computer has none; asked each time, for it may be locked or appear later */
export function createHubTokens(file: string, keyStore: () => KeyStore | null): HubTokens {
  let session: Secret | null = null

  /** A file that can't be read here, from another computer or key store, counts as none. */
  async function readKept(): Promise<Secret | null> {
    const store = keyStore()
    if (!store) return null
    try {
      const text = await store.decrypt(await readFile(file))
      return secretSchema.parse(JSON.parse(text))
    } catch {
      return null
    }
  }
  const isFor = (hubUrl: string) => (secret: Secret | null) =>
    secret?.origin === new URL(hubUrl).origin ? secret.token : null

  return {
    async get(hubUrl) {
      const pick = isFor(hubUrl)
      return pick(session) ?? pick(await readKept())
    },
    async set(hubUrl, token) {
      const secret: Secret = { origin: new URL(hubUrl).origin, token }
      const store = keyStore()
      if (store) await writeOwnerOnly(file, await store.encrypt(JSON.stringify(secret)))
      // An earlier one, for instance from when there was a key store, must not come back later.
      else await rm(file, { force: true })
      session = store ? null : secret
    },
    async remove() {
      session = null
      await rm(file, { force: true })
    },
    async describe(hubUrl) {
      const pick = isFor(hubUrl)
      const canKeep = keyStore() !== null
      if (pick(session) !== null) return { state: 'session', canKeep }
      return { state: pick(await readKept()) === null ? 'none' : 'kept', canKeep }
    },
  }
}

async function writeOwnerOnly(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const temporary = `${file}.part`
  await rm(temporary, { force: true })
  await writeFile(temporary, bytes, { mode: 0o600, flag: 'wx' })
  await chmod(temporary, 0o600)
  await rename(temporary, file)
}
