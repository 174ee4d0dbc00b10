/**
 * Buckets as folders: an object is one file of bytes and one of metadata, named by the hash of its key, so that no key can
 * leave its bucket or clash on a file system that ignores case. Writes go to a temporary file and are renamed.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
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

export interface ReceivedBytes {
  readonly temporaryPath: string
  readonly sizeBytes: number
  readonly md5: string
}

export interface ObjectStore {
  listBuckets(): Promise<{ name: string; createdAtMs: number }[]>
  hasBucket(bucket: string): Promise<boolean>
  createBucket(bucket: string): Promise<void>
  /** False when it still holds objects. */
  deleteBucket(bucket: string): Promise<boolean>
  /** Every object, in the order of UTF-8 bytes as S3 lists them. */
  listObjects(bucket: string, prefix: string): Promise<ObjectInfo[]>
  findObject(bucket: string, key: string): Promise<ObjectInfo | null>
  /** Bytes from `start` to `end`, both included. */
  readObject(bucket: string, key: string, range?: { start: number; end: number }): ReadStream
  objectPath(bucket: string, key: string): string
  /** Streams to disk; the object exists only once `keepObject` is called. */
  receive(
    content: AsyncIterable<Uint8Array>,
    observe?: (chunk: Uint8Array) => void,
  ): Promise<ReceivedBytes>
  discard(received: ReceivedBytes): Promise<void>
  keepObject(
    bucket: string,
    key: string,
    received: ReceivedBytes,
    properties: NewObject & { etag?: string; checksums?: Record<string, string> },
  ): Promise<ObjectInfo>
  deleteObject(bucket: string, key: string): Promise<void>
}

export async function openObjectStore(directory: string): Promise<ObjectStore> {
  const buckets = path.join(directory, 'buckets')
  const incoming = path.join(directory, 'incoming')
  await mkdir(buckets, { recursive: true })
  // What a crash left half-written belongs to nobody.
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming, { recursive: true })

  const bucketPath = (bucket: string) => path.join(buckets, bucket)
  const basePath = (bucket: string, key: string) => {
    const hash = createHash('sha256').update(key).digest('hex')
    return path.join(bucketPath(bucket), hash.slice(0, 2), hash)
  }
  const readInfo = async (file: string): Promise<ObjectInfo | null> => {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as ObjectInfo // written by keepObject alone
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async function listObjects(bucket: string, prefix: string): Promise<ObjectInfo[]> {
    const names = await readdir(bucketPath(bucket), { recursive: true })
    const infos = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map((name) => readInfo(path.join(bucketPath(bucket), name))),
    )
    return infos
      .filter((info): info is ObjectInfo => info !== null && info.key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  }

  return {
    async listBuckets() {
      const entries = await readdir(buckets)
      return Promise.all(
        entries.sort().map(async (name) => ({
          name,
          createdAtMs: (await stat(bucketPath(name))).birthtimeMs,
        })),
      )
    },
    async hasBucket(bucket) {
      return stat(bucketPath(bucket)).then(
        (found) => found.isDirectory(),
        () => false,
      )
    },
    async createBucket(bucket) {
      await mkdir(bucketPath(bucket), { recursive: true })
    },
    async deleteBucket(bucket) {
      if ((await listObjects(bucket, '')).length > 0) return false
      await rm(bucketPath(bucket), { recursive: true, force: true })
      return true
    },
    listObjects,
    findObject: (bucket, key) => readInfo(`${basePath(bucket, key)}.json`),
    readObject: (bucket, key, range) => createReadStream(basePath(bucket, key), range),
    objectPath: basePath,
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
      const base = basePath(bucket, key)
      const info: ObjectInfo = {
        key,
        sizeBytes: received.sizeBytes,
        etag: properties.etag ?? received.md5,
        modifiedAtMs: Date.now(),
        contentType: properties.contentType,
        metadata: properties.metadata,
        checksums: properties.checksums ?? {},
      }
      await mkdir(path.dirname(base), { recursive: true })
      const temporaryInfo = `${received.temporaryPath}.json`
      await writeFile(temporaryInfo, JSON.stringify(info))
      await rename(received.temporaryPath, base)
      await rename(temporaryInfo, `${base}.json`)
      return info
    },
    async deleteObject(bucket, key) {
      const base = basePath(bucket, key)
      await rm(`${base}.json`, { force: true })
      await rm(base, { force: true })
    },
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
