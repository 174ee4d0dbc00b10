/**
 * A secret, encrypted by the system's key store in a file of the owner's; without a key store, in memory until the
 * process ends.
 */
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** What the operating system offers to keep secrets; Electron's, handed in by main. */
export interface KeyStore {
  encrypt(text: string): Promise<Uint8Array>
  decrypt(bytes: Buffer): Promise<string>
}

export interface SecretFile {
  /** Null where there is none that can be read here. */
  read(): Promise<string | null>
  write(secret: string): Promise<void>
  remove(): Promise<void>
  describe(): Promise<SecretState>
}

export interface SecretState {
  /** session: in memory only, for there is no key store. */
  readonly state: 'none' | 'kept' | 'session'
  readonly canKeep: boolean
}

/** @param keyStore null where this computer has none; asked each time, for it may be locked or appear later */
export function createSecretFile(file: string, keyStore: () => KeyStore | null): SecretFile {
  let session: string | null = null

  /** A file that can't be read here, from another computer or key store, counts as none. */
  async function readKept(): Promise<string | null> {
    const store = keyStore()
    if (!store) return null
    try {
      return await store.decrypt(await readFile(file))
    } catch {
      return null
    }
  }

  return {
    read: async () => session ?? (await readKept()),
    async write(secret) {
      const store = keyStore()
      if (store) await writeOwnerOnly(file, await store.encrypt(secret))
      // An earlier one, for instance from when there was a key store, must not come back later.
      else await rm(file, { force: true })
      session = store ? null : secret
    },
    async remove() {
      session = null
      await rm(file, { force: true })
    },
    async describe() {
      const canKeep = keyStore() !== null
      if (session !== null) return { state: 'session', canKeep }
      return { state: (await readKept()) === null ? 'none' : 'kept', canKeep }
    },
  }
}

async function writeOwnerOnly(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.part`
  await rm(temporary, { force: true })
  await writeFile(temporary, bytes, { mode: 0o600, flag: 'wx' })
  await chmod(temporary, 0o600)
  await rename(temporary, file)
}
