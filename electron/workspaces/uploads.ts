/** Files on their way into workspaces: each can be paused, and goes on after a crash or in a later launch. */
import { randomUUID } from 'node:crypto'
import { AppError, toAppError } from '../../shared/errors.ts'
import { uploadSchema, type Upload } from '../../shared/upload.ts'
import { ensureBucket } from '../aws/s3.ts'
import { abortMultipart, listMultiparts } from '../aws/upload/multipart.ts'
import { uploadFile } from '../aws/upload/uploadFile.ts'
import type { Connection } from '../aws/workspace.ts'
import type { WritableDb } from '../db/database.ts'
import {
  deleteUpload,
  findUpload,
  findUploadTo,
  listUploads,
  saveUpload,
  type StoredUpload,
} from '../db/uploads.ts'
import { createRate, type Rate } from './rate.ts'

export interface UploadsOptions {
  readonly db: WritableDb
  readonly connect: (workspaceId: string) => Promise<Connection>
  readonly publish: (event: 'upload.progressed', upload: Upload) => void
  readonly now: () => number
}

export interface FileToSend {
  readonly file: string
  readonly name: string
  readonly contentType: string
  /** Hex, of the content. */
  readonly sha256: string
  readonly sizeBytes: number
  /** In the workspace's bucket; left out: made of the content's hash and the name. */
  readonly key?: string
}

export interface Uploads {
  /** Newest first. */
  list(): Upload[]
  /** Begins, or goes on with what was begun of the same content. @throws AppError as connecting does */
  send(workspaceId: string, file: FileToSend): Promise<Upload>
  /** What S3 holds stays there, and is gone on with later. */
  pause(id: string): Promise<void>
  /** @throws AppError NotFound, as connecting does */
  resume(id: string): Promise<Upload>
  /** Nothing of it stays in S3. */
  cancel(id: string): Promise<void>
  /** Goes on with what was being sent when Timbre ended. Never rejects. */
  resumeInterrupted(): Promise<void>
  /** Resolves when it has ended, or was paused. */
  settled(id: string): Promise<void>
  close(): Promise<void>
}

interface Running {
  readonly stop: AbortController
  readonly rate: Rate
  readonly done: Promise<void>
}

/** Events, and rows, at most this often. */
const tellEveryMs = 250
/** An upload in parts that nobody went on with for this long is taken away: its parts are billed. */
const abandonedAfterMs = 7 * 24 * 3600 * 1000

export function createUploads(options: UploadsOptions): Uploads {
  const { db, now } = options
  const running = new Map<string, Running>()
  // Another face of the app may be sending just now; then this row is right again at its next part.
  for (const upload of listUploads(db))
    if (upload.state === 'sending') saveUpload(db, { ...upload, state: 'interrupted' })

  function toUpload(stored: StoredUpload): Upload {
    const rate = running.get(stored.id)?.rate.bytesPerSecond() ?? null
    // What the page has no use for is left out, the file's place above all.
    return uploadSchema.parse({
      ...stored,
      bytesPerSecond: stored.state === 'sending' ? rate : null,
    })
  }

  function change(id: string, fields: Partial<StoredUpload>): void {
    const stored = findUpload(db, id)
    if (!stored) return // cancelled
    const changed = { ...stored, ...fields }
    saveUpload(db, changed)
    options.publish('upload.progressed', toUpload(changed))
  }

  async function run(connection: Connection, id: string, stop: AbortController, rate: Rate) {
    let toldAtMs = Number.NEGATIVE_INFINITY
    const stored = findUpload(db, id)
    if (!stored) return
    try {
      await ensureBucket(connection.clients, connection.bucket)
      const isSent = await uploadFile(connection, stored, {
        signal: stop.signal,
        begun: stored.begun,
        onBegun: (begun) => change(id, { begun }),
        onProgress(sentBytes) {
          rate.note(sentBytes, now())
          const isAll = sentBytes >= stored.sizeBytes
          if (!isAll && now() - toldAtMs < tellEveryMs) return
          toldAtMs = now()
          change(id, { sentBytes })
        },
      })
      change(id, {
        state: 'completed',
        sentBytes: stored.sizeBytes,
        wasThere: !isSent,
        begun: null,
      })
    } catch (error) {
      const failure = toAppError(error)
      if (failure.code === 'Cancelled') return change(id, { state: 'paused' })
      // Its parts are of a file that is no more.
      const isLost = failure.code === 'FileChanged' || failure.code === 'UploadDamaged'
      const begun = findUpload(db, id)?.begun ?? null
      if (isLost && begun) await abortQuietly(connection, stored, begun.uploadId)
      change(id, {
        state: 'failed',
        failure: failure.toData(),
        ...(isLost && { begun: null, sentBytes: 0 }),
      })
    }
  }

  function start(connection: Connection, stored: StoredUpload): Upload {
    const { id } = stored
    if (!running.has(id)) {
      saveUpload(db, { ...stored, state: 'sending', failure: null })
      const stop = new AbortController()
      const rate = createRate()
      const done = run(connection, id, stop, rate).finally(() => running.delete(id))
      running.set(id, { stop, rate, done })
    }
    const current = toUpload(getUpload(id))
    options.publish('upload.progressed', current)
    return current
  }

  function getUpload(id: string): StoredUpload {
    const stored = findUpload(db, id)
    if (!stored)
      throw new AppError('NotFound', `There is no upload ${id}`, { details: { message: '' } })
    return stored
  }

  async function pause(id: string): Promise<void> {
    const current = running.get(id)
    current?.stop.abort()
    await current?.done
  }

  /** Those of ours that were begun long ago and that nobody goes on with. */
  async function sweep(connection: Connection): Promise<void> {
    const { bucket, prefix } = connection
    const ours = new Set(listUploads(db).map(({ begun }) => begun?.uploadId))
    for (const upload of await listMultiparts(connection, bucket, `${prefix}/`)) {
      const isOld = now() - upload.startedAtMs > abandonedAfterMs
      if (isOld && !ours.has(upload.uploadId))
        await abortMultipart(connection, upload, upload.uploadId)
    }
  }

  return {
    list: () => listUploads(db).map(toUpload),
    async send(workspaceId, file) {
      const connection = await options.connect(workspaceId)
      const { bucket } = connection
      const {
        key = `${connection.prefix}/files/${file.sha256}/${safeName(file.name)}`,
        ...content
      } = file
      const known = findUploadTo(db, { workspaceId, bucket, key })
      const stored: StoredUpload = known
        ? { ...known, ...content }
        : {
            ...content,
            id: randomUUID(),
            workspaceId,
            bucket,
            key,
            sentBytes: 0,
            state: 'sending',
            wasThere: false,
            failure: null,
            begun: null,
            createdAtMs: now(),
          }
      // Only tidying up: what stays behind is tried again with the next file.
      void sweep(connection).catch(() => undefined)
      return start(connection, stored)
    },
    pause,
    async resume(id) {
      const stored = getUpload(id)
      return start(await options.connect(stored.workspaceId), stored)
    },
    async cancel(id) {
      await pause(id)
      const stored = getUpload(id)
      if (stored.begun) {
        const connection = await options.connect(stored.workspaceId)
        await abortMultipart(connection, stored, stored.begun.uploadId)
      }
      deleteUpload(db, id)
    },
    async resumeInterrupted() {
      for (const stored of listUploads(db).filter(({ state }) => state === 'interrupted')) {
        try {
          start(await options.connect(stored.workspaceId), stored)
        } catch {
          // It stays interrupted, with a button to go on.
        }
      }
    },
    settled: async (id) => running.get(id)?.done,
    async close() {
      const all = [...running.values()]
      for (const { stop } of all) stop.abort()
      const ids = [...running.keys()]
      await Promise.all(all.map(({ done }) => done))
      // Not the person's wish: it goes on by itself in the next launch.
      for (const id of ids) {
        const stored = findUpload(db, id)
        if (stored?.state === 'paused') saveUpload(db, { ...stored, state: 'interrupted' })
      }
    },
  }
}

async function abortQuietly(
  connection: Connection,
  stored: StoredUpload,
  uploadId: string,
): Promise<void> {
  await abortMultipart(connection, stored, uploadId).catch(() => undefined)
}

/** What any tool can handle in a key; the content's hash before it tells files apart. */
function safeName(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .slice(0, 100)
}
