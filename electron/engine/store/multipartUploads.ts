/** Uploads in parts: each part a file, so that an upload survives a restart of either side. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isMissing, type NewObject, type ReceivedBytes } from './objects.ts'

export interface UploadInfo extends NewObject {
  readonly uploadId: string
  readonly bucket: string
  readonly key: string
  readonly startedAtMs: number
  /** Absent in uploads that an older version began. */
  readonly checksum?: UploadChecksum
}

export interface UploadChecksum {
  readonly algorithm: string
  readonly type: 'FULL_OBJECT' | 'COMPOSITE'
  /** The client named the algorithm, so that every part has to come with it. */
  readonly isAsked: boolean
}

export interface PartInfo {
  readonly partNumber: number
  readonly etag: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** Base64, by the upload's algorithm. */
  readonly checksum?: string
}

export interface MultipartUploads {
  start(
    bucket: string,
    key: string,
    properties: NewObject & { readonly checksum: UploadChecksum },
  ): Promise<UploadInfo>
  find(uploadId: string): Promise<UploadInfo | null>
  list(bucket: string): Promise<UploadInfo[]>
  keepPart(
    uploadId: string,
    partNumber: number,
    received: ReceivedBytes,
    checksum?: string,
  ): Promise<PartInfo>
  parts(uploadId: string): Promise<PartInfo[]>
  /** The content of these parts, one after the other. */
  readParts(uploadId: string, partNumbers: readonly number[]): AsyncGenerator<Uint8Array>
  remove(uploadId: string): Promise<void>
}

export async function openMultipartUploads(directory: string): Promise<MultipartUploads> {
  await mkdir(directory, { recursive: true })
  const folderOf = (uploadId: string) => path.join(directory, uploadId)

  async function find(uploadId: string): Promise<UploadInfo | null> {
    if (!/^[0-9a-f]{32}$/.test(uploadId)) return null
    try {
      const content = await readFile(path.join(folderOf(uploadId), 'upload.json'), 'utf8')
      return JSON.parse(content) as UploadInfo // written by start alone
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  return {
    find,
    async start(bucket, key, properties) {
      const uploadId = randomBytes(16).toString('hex')
      const upload = { uploadId, bucket, key, startedAtMs: Date.now(), ...properties }
      await mkdir(folderOf(uploadId))
      await writeAtOnce(path.join(folderOf(uploadId), 'upload.json'), JSON.stringify(upload))
      return upload
    },
    async list(bucket) {
      const uploads = await Promise.all((await readdir(directory)).map(find))
      return uploads.filter((upload): upload is UploadInfo => upload?.bucket === bucket)
    },
    async keepPart(uploadId, partNumber, received, checksum) {
      const part = {
        partNumber,
        etag: received.md5,
        sizeBytes: received.sizeBytes,
        modifiedAtMs: Date.now(),
        ...(checksum === undefined ? {} : { checksum }),
      }
      const base = path.join(folderOf(uploadId), `part-${partNumber}`)
      await rename(received.temporaryPath, base)
      await writeAtOnce(`${base}.json`, JSON.stringify(part))
      return part
    },
    async parts(uploadId) {
      const names = (await readdir(folderOf(uploadId))).filter((name) =>
        /^part-\d+\.json$/.test(name),
      )
      const parts = await Promise.all(
        names.map(async (name) => {
          const content = await readFile(path.join(folderOf(uploadId), name), 'utf8')
          return JSON.parse(content) as PartInfo // written by keepPart alone
        }),
      )
      return parts.sort((a, b) => a.partNumber - b.partNumber)
    },
    async *readParts(uploadId, partNumbers) {
      for (const partNumber of partNumbers) {
        yield* createReadStream(path.join(folderOf(uploadId), `part-${partNumber}`))
      }
    },
    async remove(uploadId) {
      await rm(folderOf(uploadId), { recursive: true, force: true })
    },
  }
}

/** Whoever reads the file meanwhile finds the old content or the new one. */
async function writeAtOnce(file: string, content: string): Promise<void> {
  const partial = `${file}.${randomBytes(4).toString('hex')}.new`
  await writeFile(partial, content)
  await rename(partial, file)
}

/** S3's ETag of an object made of parts: the MD5 of the parts' MD5s, and their number. */
export function multipartEtag(partEtags: readonly string[]): string {
  const hash = createHash('md5')
  for (const etag of partEtags) hash.update(Buffer.from(etag, 'hex'))
  return `${hash.digest('hex')}-${partEtags.length}`
}
