/**
 * Buckets as folders. An object is a record named by the hash of its key, so that no key can leave its bucket or clash
 * on a file system that ignores case, and a file of bytes that the record names. Putting the record in place is the one
 * step that makes an object exist: a kill at any moment leaves the old object or the new one, never a mixture.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'

export interface ObjectInfo {
  readonly key: string
  readonly sizeBytes: number
  /** Hex MD5, with `-parts` for multipart uploads; without quotes. */
  readonly etag: string
  readonly modifiedAtMs: number
  readonly contentType: string
  /** x-amz-meta-* without the prefix. */
  readonly metadata: Readonly<Record<string, string>>
  /** x-amz-checksum-* as stored, by lower-case algorithm. */
  readonly checksums: Readonly<Record<string, string>>
}

export interface NewObject {
  readonly contentType: string
  readonly metadata: Readonly<Record<string, string>>
}

/** An object and where its bytes lie. The file stays as it is; an overwritten object gets another one. */
export interface StoredObject extends ObjectInfo {
  readonly path: string
}

export interface ReceivedBytes {
  readonly temporaryPath: string
  readonly sizeBytes: number
  readonly md5: string
}

/** The bucket was deleted, perhaps while an object for it was coming in. */
export class BucketMissingError extends Error {
  override readonly name = 'BucketMissingError'
}

export interface ObjectStore {
  listBuckets(): Promise<{ name: string; createdAtMs: number }[]>
  hasBucket(bucket: string): Promise<boolean>
  createBucket(bucket: string): Promise<void>
  /** False when it still holds objects. */
  deleteBucket(bucket: string): Promise<boolean>
  /** Every object, in the order of UTF-8 bytes as S3 lists them. @throws BucketMissingError */
  listObjects(bucket: string, prefix: string): Promise<StoredObject[]>
  findObject(bucket: string, key: string): Promise<StoredObject | null>
  /** Streams to disk; the object exists only once `keepObject` is called. */
  receive(
    content: AsyncIterable<Uint8Array>,
    observe?: (chunk: Uint8Array) => void,
  ): Promise<ReceivedBytes>
  discard(received: ReceivedBytes): Promise<void>
  /** @throws BucketMissingError */
  keepObject(
    bucket: string,
    key: string,
    received: ReceivedBytes,
    properties: NewObject & { etag?: string; checksums?: Readonly<Record<string, string>> },
  ): Promise<ObjectInfo>
  deleteObject(bucket: string, key: string): Promise<void>
}

/** What lies on disk beside the bytes. */
interface ObjectRecord extends ObjectInfo {
  /** The name of the file of bytes, in the record's folder. */
  readonly file: string
}

const recordSuffix = '.json'

/** Bytes from `start` to `end`, both included. */
export function readObject(
  object: StoredObject,
  range?: { start: number; end: number },
): ReadStream {
  return createReadStream(object.path, range)
}

/** The same with the file open already, so that an overwrite from now on takes nothing away. Null: it came too late. */
export async function openObject(
  object: StoredObject,
  range?: { start: number; end: number },
): Promise<ReadStream | null> {
  try {
    const file = await open(object.path)
    return file.createReadStream(range)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

export async function openObjectStore(directory: string): Promise<ObjectStore> {
  const buckets = path.join(directory, 'buckets')
  const incoming = path.join(directory, 'incoming')
  await mkdir(buckets, { recursive: true })
  // What a crash left half-written belongs to nobody.
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { recursive: true })

  // Prefixed, since Windows reserves names such as "con" and "aux", which are good bucket names.
  const bucketPath = (bucket: string) => path.join(buckets, `b-${bucket}`)
  const recordPath = (bucket: string, key: string) => {
    const hash = createHash('sha256').update(key).digest('hex')
    return path.join(bucketPath(bucket), hash.slice(0, 2), `${hash}${recordSuffix}`)
  }

  const turns = new Map<string, Promise<unknown>>()

  /** What changes a bucket does so one after the other; the bytes of objects have come in before. */
  async function inTurn<T>(bucket: string, change: () => Promise<T>): Promise<T> {
    const turn = (turns.get(bucket) ?? Promise.resolve()).then(change)
    const ended = turn.catch(() => undefined)
    turns.set(bucket, ended)
    try {
      return await turn
    } finally {
      if (turns.get(bucket) === ended) turns.delete(bucket)
    }
  }

  async function readRecord(file: string): Promise<StoredObject | null> {
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
    const { file: name, ...info } = JSON.parse(text) as ObjectRecord // written by keepObject alone
    return { ...info, path: path.join(path.dirname(file), name) }
  }

  async function listObjects(bucket: string, prefix: string): Promise<StoredObject[]> {
    const names = await readdir(bucketPath(bucket), { recursive: true }).catch((error: unknown) => {
      if (isMissing(error))
        throw new BucketMissingError('The bucket does not exist.', { cause: error })
      throw error
    })
    const objects: StoredObject[] = []
    for (const name of names) {
      if (!name.endsWith(recordSuffix)) continue
      const object = await readRecord(path.join(bucketPath(bucket), name))
      if (object?.key.startsWith(prefix)) objects.push(object)
    }
    return objects.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  }

  async function removeUnreferenced(): Promise<void> {
    for (const bucket of await readdir(buckets)) {
      for (const folder of await readdir(path.join(buckets, bucket))) {
        const inFolder = path.join(buckets, bucket, folder)
        const names = await readdir(inFolder)
        const kept = new Set<string>()
        for (const name of names) {
          if (!name.endsWith(recordSuffix)) continue
          kept.add(name)
          const record = await readRecord(path.join(inFolder, name))
          if (record) kept.add(path.basename(record.path))
        }
        for (const name of names) {
          if (!kept.has(name)) await rm(path.join(inFolder, name), { force: true })
        }
      }
    }
  }
  await removeUnreferenced()

  return {
    async listBuckets() {
      const found: { name: string; createdAtMs: number }[] = []
      for (const entry of (await readdir(buckets)).sort()) {
        const facts = await stat(path.join(buckets, entry)).catch(() => null)
        // Null: deleted meanwhile.
        if (facts) found.push({ name: entry.slice('b-'.length), createdAtMs: facts.birthtimeMs })
      }
      return found
    },
    async hasBucket(bucket) {
      return stat(bucketPath(bucket)).then(
        (found) => found.isDirectory(),
        () => false,
      )
    },
    createBucket: (bucket) =>
      inTurn(bucket, async () => {
        await mkdir(bucketPath(bucket), { recursive: true })
      }),
    deleteBucket: (bucket) =>
      inTurn(bucket, async () => {
        if ((await listObjects(bucket, '')).length > 0) return false
        await rm(bucketPath(bucket), { recursive: true, force: true })
        return true
      }),
    listObjects,
    findObject: (bucket, key) => readRecord(recordPath(bucket, key)),
    async receive(content, observe) {
      const temporaryPath = path.join(incoming, randomUUID())
      const hash = createHash('md5')
      let sizeBytes = 0
      const file = await open(temporaryPath, 'wx')
      try {
        for await (const chunk of content) {
          hash.update(chunk)
          observe?.(chunk)
          sizeBytes += chunk.byteLength
          await file.writeFile(chunk)
        }
        await file.sync()
      } catch (error) {
        await rm(temporaryPath, { force: true })
        throw error
      } finally {
        await file.close()
      }
      return { temporaryPath, sizeBytes, md5: hash.digest('hex') }
    },
    async discard(received) {
      await rm(received.temporaryPath, { force: true })
    },
    async keepObject(bucket, key, received, properties) {
      const record = recordPath(bucket, key)
      const folder = path.dirname(record)
      const info: ObjectInfo = {
        key,
        sizeBytes: received.sizeBytes,
        etag: properties.etag ?? received.md5,
        modifiedAtMs: Date.now(),
        contentType: properties.contentType,
        metadata: properties.metadata,
        checksums: properties.checksums ?? {},
      }
      const file = path.basename(received.temporaryPath)
      const temporaryRecord = `${received.temporaryPath}${recordSuffix}`
      await writeSynced(temporaryRecord, JSON.stringify({ ...info, file } satisfies ObjectRecord))
      await inTurn(bucket, async () => {
        try {
          await access(bucketPath(bucket))
        } catch (error) {
          await rm(temporaryRecord, { force: true })
          throw new BucketMissingError('The bucket does not exist.', { cause: error })
        }
        await mkdir(folder, { recursive: true })
        const old = await readRecord(record)
        await rename(received.temporaryPath, path.join(folder, file))
        await rename(temporaryRecord, record)
        await removeQuietly(old)
      })
      return info
    },
    deleteObject: (bucket, key) =>
      inTurn(bucket, async () => {
        const record = recordPath(bucket, key)
        const old = await readRecord(record)
        await rm(record, { force: true })
        await removeQuietly(old)
      }),
  }
}

/** Windows keeps a file that somebody reads; the next start takes it away. */
async function removeQuietly(object: StoredObject | null): Promise<void> {
  if (object) await rm(object.path, { force: true }).catch(() => undefined)
}

async function writeSynced(file: string, content: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
