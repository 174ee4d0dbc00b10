/** The system's key store (Keychain, DPAPI, libsecret, KWallet), as far as secrets are kept there. */
import { safeStorage } from 'electron'
import type { KeyStore } from '../secrets/secretFile.ts'

/** Null where there is none. */
export function systemKeyStore(): KeyStore | null {
  if (!safeStorage.isEncryptionAvailable()) return null
  // Without a secret service, Linux would encrypt with a password that everybody knows.
  const isPlain =
    process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text'
  if (isPlain) return null
  // The calls that answer at once: the fallback runtime has no others.
  return {
    encrypt: async (text) => safeStorage.encryptString(text),
    decrypt: async (bytes) => safeStorage.decryptString(bytes),
  }
}
