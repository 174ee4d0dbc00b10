/** Writes a bundle: a zip of files, a manifest with their hashes, and the signature of the manifest. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { bundleVersion, type BundleManifest } from '../../shared/bundle.ts'
import type { SigningKey } from './signingKey.ts'

/** In memory, or a file of this computer. */
export type BundlePart =
  | { readonly path: string; readonly content: Buffer }
  | { readonly path: string; readonly file: string }

/** The file appears only when it is complete. */
export async function writeBundle(
  target: string,
  parts: readonly BundlePart[],
  key: SigningKey,
  createdAtMs: number,
): Promise<void> {
  const files = []
  for (const part of parts) files.push({ path: part.path, ...(await measure(part)) })
  const manifest: BundleManifest = {
    format: 'timbre-bundle',
    version: bundleVersion,
    createdAtMs,
    publicKey: key.publicKey,
    files,
  }
  const text = Buffer.from(JSON.stringify(manifest))
  const zip = new ZipFile()
  zip.addBuffer(text, 'manifest.json')
  zip.addBuffer(key.sign(text), 'manifest.sig')
  for (const part of parts) {
    // Weights are compressed already.
    const compress = !part.path.endsWith('.gz')
    if ('content' in part) zip.addBuffer(part.content, part.path, { compress })
    else zip.addFile(part.file, part.path, { compress })
  }
  zip.end()
  const partial = `${target}.partial`
  try {
    await pipeline(zip.outputStream, createWriteStream(partial))
    await rename(partial, target)
  } finally {
    await rm(partial, { force: true })
  }
}

async function measure(part: BundlePart): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  if ('content' in part)
    return { size: part.content.length, sha256: hash.update(part.content).digest('hex') }
  for await (const chunk of createReadStream(part.file)) hash.update(chunk as Buffer)
  return { size: (await stat(part.file)).size, sha256: hash.digest('hex') }
}
