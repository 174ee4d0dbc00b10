/**
 * Reads a bundle that came from anywhere. Nothing of it is used before its signature and its hashes were checked, no
 * name of it becomes a path, and nothing is unpacked beyond what the manifest says.
 */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import {
  bundledProjectSchema,
  bundleManifestSchema,
  type BundledProject,
  type BundleManifest,
} from '../../shared/bundle.ts'
import { AppError } from '../../shared/errors.ts'
import { isSignedBy } from './signingKey.ts'

const mostEntries = 202
const longestManifest = 1024 * 1024
const longestProject = 256 * 1024 * 1024
const signatureBytes = 64
/** A file of nothing but one letter shrinks to a thousandth; what shrinks further is made to harm. */
const mostExpansion = 1100

export interface OpenBundle {
  readonly manifest: BundleManifest
  readonly project: BundledProject
  readonly paths: ReadonlySet<string>
  /** Into a file of this name below `directory`, checked on the way. @throws AppError BundleTampered */
  extract(entryPath: string, directory: string, name: string): Promise<string>
  close(): void
}

/** @throws AppError BundleInvalid, BundleTampered */
export async function openBundle(file: string): Promise<OpenBundle> {
  const zip = await openZip(file)
  try {
    const entries = await listEntries(zip)
    const manifestText = await readSmall(zip, entries, 'manifest.json', longestManifest)
    const signature = await readSmall(zip, entries, 'manifest.sig', signatureBytes)
    const manifest = parseJson(manifestText, bundleManifestSchema, 'manifest.json')
    if (!isSignedBy(manifest.publicKey, manifestText, signature)) throw tampered('manifest.json')
    const listed = new Map(manifest.files.map((one) => [one.path, one]))
    if (listed.size !== manifest.files.length) throw invalid('a file is listed twice')
    for (const name of entries.keys())
      if (!listed.has(name) && name !== 'manifest.json' && name !== 'manifest.sig')
        throw invalid('it holds a file that its manifest does not list')
    for (const { path: name, size } of manifest.files) {
      const entry = entries.get(name)
      if (!entry) throw invalid(`${name} is missing`)
      if (entry.uncompressedSize !== size) throw tampered(name)
    }
    const projectText = await readSmall(zip, entries, 'project.json', longestProject)
    requireHash(listed, 'project.json', createHash('sha256').update(projectText).digest('hex'))
    const project = parseJson(projectText, bundledProjectSchema, 'project.json')
    return {
      manifest,
      project,
      paths: new Set(listed.keys()),
      async extract(entryPath, directory, name) {
        const entry = entries.get(entryPath)
        if (!entry) throw invalid(`${entryPath} is missing`)
        await mkdir(directory, { recursive: true })
        const target = path.join(directory, name)
        const hash = createHash('sha256')
        const hashing = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            hash.update(chunk)
            done(null, chunk)
          },
        })
        try {
          await pipeline(
            await open(zip, entry),
            hashing,
            createWriteStream(target, { flags: 'wx' }),
          )
          requireHash(listed, entryPath, hash.digest('hex'))
        } catch (error) {
          await rm(target, { force: true })
          throw error instanceof AppError ? error : tampered(entryPath, error)
        }
        return target
      },
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function openZip(file: string): Promise<ZipFile> {
  try {
    return await openPromise(file, {
      lazyEntries: true,
      autoClose: false,
      validateEntrySizes: true,
      strictFileNames: true,
    })
  } catch (error) {
    throw invalid('it is no zip archive', error)
  }
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > mostEntries) throw invalid('it holds too many files')
  const entries = new Map<string, Entry>()
  try {
    for await (const entry of zip.eachEntry()) {
      const { fileName, uncompressedSize, compressedSize } = entry
      if (entry.isEncrypted()) throw invalid('it is encrypted')
      if (entries.has(fileName)) throw invalid(`${fileName} is in it twice`)
      if (uncompressedSize > Math.max(1024, compressedSize) * mostExpansion)
        throw invalid(`${fileName} would grow beyond measure`)
      entries.set(fileName, entry)
    }
  } catch (error) {
    throw error instanceof AppError ? error : invalid('its list of files is damaged', error)
  }
  return entries
}

async function open(zip: ZipFile, entry: Entry): Promise<Readable> {
  try {
    return await zip.openReadStreamPromise(entry)
  } catch (error) {
    throw invalid(`${entry.fileName} can't be read`, error)
  }
}

async function readSmall(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
  mostBytes: number,
): Promise<Buffer> {
  const entry = entries.get(name)
  if (!entry) throw invalid(`${name} is missing`)
  if (entry.uncompressedSize > mostBytes) throw invalid(`${name} is too long`)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of await open(zip, entry)) chunks.push(chunk as Buffer)
  } catch (error) {
    throw error instanceof AppError ? error : invalid(`${name} is damaged`, error)
  }
  return Buffer.concat(chunks)
}

function parseJson<T>(
  text: Buffer,
  schema: { safeParse(data: unknown): { success: true; data: T } | { success: false } },
  name: string,
): T {
  let data: unknown
  try {
    data = JSON.parse(text.toString('utf8'))
  } catch (error) {
    throw invalid(`${name} is no JSON`, error)
  }
  const parsed = schema.safeParse(data)
  if (!parsed.success)
    throw invalid(`${name} has members that are not known, or a newer Timbre wrote it`)
  return parsed.data
}

function requireHash(
  listed: ReadonlyMap<string, { sha256: string }>,
  name: string,
  sha256: string,
): void {
  if (listed.get(name)?.sha256 !== sha256) throw tampered(name)
}

function invalid(reason: string, cause?: unknown): AppError {
  return new AppError('BundleInvalid', `It is no bundle: ${reason}`, { details: { reason }, cause })
}

function tampered(name: string, cause?: unknown): AppError {
  return new AppError('BundleTampered', `${name} was changed`, { details: { file: name }, cause })
}
