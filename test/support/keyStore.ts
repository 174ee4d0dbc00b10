/** Encrypts as the system's does, with a key of its own. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { KeyStore } from '../../electron/secrets/secretFile.ts'

export function createTestKeyStore(): KeyStore {
  const key = randomBytes(32)
  return {
    async encrypt(text) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
    },
    async decrypt(bytes) {
      const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      cipher.setAuthTag(bytes.subarray(12, 28))
      return cipher.update(bytes.subarray(28), undefined, 'utf8') + cipher.final('utf8')
    },
  }
}
