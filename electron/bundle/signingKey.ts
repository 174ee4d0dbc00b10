/** This computer's key for bundles: it says that two of them come from the same sender. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

export interface SigningKey {
  /** SPKI in base64. */
  readonly publicKey: string
  sign(content: Uint8Array): Buffer
}

/** Made when it is first needed; readable by the user alone. */
export async function openSigningKey(file: string): Promise<SigningKey> {
  const pem = await readFile(file, 'utf8').catch(() => makeKey(file))
  const key = createPrivateKey(pem)
  return { publicKey: exported(createPublicKey(key)), sign: (content) => sign(null, content, key) }
}

/** @returns false also for a key that is none of Ed25519 */
export function isSignedBy(publicKey: string, content: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({
      key: Buffer.from(publicKey, 'base64'),
      format: 'der',
      type: 'spki',
    })
    return key.asymmetricKeyType === 'ed25519' && verify(null, content, key, signature)
  } catch {
    return false
  }
}

/** For people to compare: sixteen digits in fours. */
export function fingerprintOf(publicKey: string): string {
  const hex = createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex')
  return (hex.slice(0, 16).match(/.{4}/g) ?? []).join(' ')
}

async function makeKey(file: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(`${file}.new`, pem, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return pem
}

function exported(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64')
}
