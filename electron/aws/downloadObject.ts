/** An object of S3 as a file, going on where it was interrupted: also after this program ended. */
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { AppError } from '../../shared/errors.ts'
import type { AwsClients } from './clients.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'

const mostAttempts = 5
const pauseMs = 500

export interface ObjectPlace {
  readonly bucket: string
  readonly key: string
}

/** @throws AppError InvalidRequest when it is no s3://bucket/key */
export function placeOf(uri: string): ObjectPlace {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? []
  if (bucket !== undefined && key !== undefined) return { bucket, key }
  throw new AppError('InvalidRequest', `${uri} is no address in S3`, { details: { message: uri } })
}

/**
 * The file appears only when it is complete. Until then there is `<file>.partial`, and beside it the object's ETag: of
 * another object nothing is kept.
 *
 * @param onBytes how many are there, and of how many
 * @throws AppError NotFound, AccessDenied, NetworkUnavailable after some attempts, DiskFull
 */
export async function downloadObject(
  { s3 }: Pick<AwsClients, 's3'>,
  { bucket, key }: ObjectPlace,
  file: string,
  onBytes: (done: number, total: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<void> {
  const partial = `${file}.partial`
  const mark = `${file}.partial.etag`
  await mkdir(path.dirname(file), { recursive: true })
  const head = await withAwsErrors(() =>
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
  )
  const total = head.ContentLength ?? 0
  const etag = head.ETag ?? ''
  if ((await readFile(mark, 'utf8').catch(() => '')) !== etag) await rm(partial, { force: true })
  await writeFile(mark, etag)
  for (let attempt = 1; ; attempt += 1) {
    const done = await stat(partial).then(
      ({ size }) => size,
      () => 0,
    )
    if (done >= total && total > 0) break
    try {
      const { Body } = await withAwsErrors(() =>
        s3.send(
          new GetObjectCommand({
            Bucket: bucket,
            Key: key,
            IfMatch: etag,
            ...(done > 0 ? { Range: `bytes=${done}-` } : {}),
          }),
          signal ? { abortSignal: signal } : {},
        ),
      )
      if (!(Body instanceof Readable)) throw new AppError('Internal', `${key} has no content`)
      let arrived = done
      Body.on('data', (chunk: Buffer) => onBytes((arrived += chunk.length), total))
      await pipeline(
        Body,
        createWriteStream(partial, { flags: 'a' }),
        ...(signal ? [{ signal }] : []),
      )
      if (total === 0) break
    } catch (error) {
      const refusal = diskFull(error, file) ?? fromSdkError(error)
      const mayPass = ['NetworkUnavailable', 'Throttled', 'Internal'].includes(refusal.code)
      if (signal?.aborted || !mayPass || attempt >= mostAttempts) throw refusal
      await wait(pauseMs * attempt)
    }
  }
  await rename(partial, file)
  await rm(mark, { force: true })
}

function diskFull(error: unknown, file: string): AppError | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new AppError('DiskFull', 'No space is left', { details: { path: file }, cause: error })
    : null
}
