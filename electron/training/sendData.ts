/**
 * Puts a version's files into S3, under a key made of their content, so that the same rows are sent once. Small files go at
 * once; large ones in parts, from a copy that stays on disk until they have arrived, so that a break costs no more than a part.
 */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { AppError } from '../../shared/errors.ts'
import type { Upload } from '../../shared/upload.ts'
import { ensureBucket } from '../aws/s3.ts'
import { findObject, putObject } from '../aws/upload/multipart.ts'
import { smallestMultipartBytes } from '../aws/upload/partPlan.ts'
import type { Connection } from '../aws/workspace.ts'
import { readToEnd, type ContentStore, type StagedContent } from '../dataset/content.ts'
import type { DataFile, DataFiles } from './ways/dataFiles.ts'
import type { UploadedData } from './ways/way.ts'

export type SendData = (connection: Connection, data: DataFiles) => Promise<UploadedData>

export interface LargeFile {
  readonly file: string
  readonly name: string
  readonly contentType: string
  /** Hex, of the content. */
  readonly sha256: string
  readonly sizeBytes: number
  /** In the workspace's bucket. */
  readonly key: string
}

export interface SendDataOptions {
  /** Where large files wait until they have arrived. */
  readonly outbox: ContentStore
  /** @returns the upload as it ended, or as it was paused */
  readonly sendLarge: (workspaceId: string, file: LargeFile) => Promise<Upload>
  /** From this many bytes on a file is large. */
  readonly largeFromBytes?: number
}

type Prepared = { readonly file: DataFile } & (
  { readonly body: Buffer; readonly sha256: string } | { readonly staged: StagedContent }
)

/** @throws (when called) AppError DiskFull, Cancelled when a large upload was paused; as S3's calls do */
export function createSendData(options: SendDataOptions): SendData {
  const { outbox, sendLarge, largeFromBytes = smallestMultipartBytes } = options
  /** Large files of the same content go one after another: the first one's copy is gone when it has arrived. */
  const turns = new Map<string, Promise<void>>()
  return async (connection, { files, training, validation }) => {
    const { clients, bucket, prefix: below } = connection
    await ensureBucket(clients, bucket)
    const hash = createHash('sha256')
    const prepared: Prepared[] = []
    try {
      for (const [index, file] of files.entries()) {
        if (index > 0) hash.update('\0')
        prepared.push(await prepare(file, (piece) => hash.update(piece)))
      }
      const prefix = `${below}/datasets/${hash.digest('hex')}`
      for (const one of prepared) await send(connection, `${prefix}/${one.file.name}`, one)
      return {
        trainingUri: `s3://${bucket}/${prefix}/${training}`,
        validationUri: `s3://${bucket}/${prefix}/${validation}`,
        outputUri: `s3://${bucket}/${below}/jobs/`,
      }
    } finally {
      for (const one of prepared) if ('staged' in one) await one.staged.discard()
    }
  }

  async function prepare(file: DataFile, onPiece: (piece: Buffer) => void): Promise<Prepared> {
    const kept: Buffer[] = []
    let sizeBytes = 0
    async function* pieces(): AsyncGenerator<Buffer> {
      for await (const text of file.pieces()) {
        const piece = Buffer.from(text)
        onPiece(piece)
        yield piece
      }
    }
    const all = pieces()
    for (let next = await all.next(); !next.done; next = await all.next()) {
      kept.push(next.value)
      sizeBytes += next.value.byteLength
      if (sizeBytes < largeFromBytes) continue
      async function* rest(): AsyncGenerator<Uint8Array> {
        yield* kept
        yield* all
      }
      const { staged } = await outbox.stage(rest(), readToEnd)
      return { file, staged }
    }
    const body = Buffer.concat(kept)
    return { file, body, sha256: createHash('sha256').update(body).digest('hex') }
  }

  async function send(connection: Connection, key: string, prepared: Prepared): Promise<void> {
    if ('body' in prepared) {
      const { bucket } = connection
      const { type: contentType } = prepared.file
      const { body, sha256 } = prepared
      // Nobody may look, perhaps: then writing it again does no harm, and its refusal has words.
      const there = await findObject(connection, { bucket, key }).catch(() => null)
      if (there?.sizeBytes === body.byteLength) return
      await putObject(connection, { bucket, key, contentType, sha256 }, body)
      return
    }
    const { sha256 } = prepared.staged
    const turn = (turns.get(sha256) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => sendStaged(connection, key, prepared.file, prepared.staged))
    turns.set(sha256, turn)
    await turn.finally(() => turns.get(sha256) === turn && turns.delete(sha256))
  }

  async function sendStaged(
    { workspaceId }: Connection,
    key: string,
    { name, type: contentType }: DataFile,
    { sha256, sizeBytes, commit }: StagedContent,
  ): Promise<void> {
    const file = outbox.pathOf(sha256)
    // One that waits from before may be on its way just now, and must not look changed.
    const isThere = await outbox.sizeOf(sha256).then(
      () => true,
      () => false,
    )
    if (!isThere) await commit()
    const wanted = { file, name, contentType, sha256, sizeBytes, key }
    const { state, failure } = await sendLarge(workspaceId, wanted)
    if (state === 'completed') return rm(file, { force: true })
    if (failure) throw AppError.fromData(failure)
    throw new AppError('Cancelled', `Sending ${name} was paused`)
  }
}
