/** A base model of the analyst's own: its files go to the bucket, the hub checks them and takes them in. */
import { createReadStream } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { DeleteHubContentCommand, ImportHubContentCommand } from '@aws-sdk/client-sagemaker'
import { Upload } from '@aws-sdk/lib-storage'
import { AppError } from '../../shared/errors.ts'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'
import { describeHubContent, privateHub } from './hub.ts'
import { deleteObject } from './s3.ts'

export interface ModelFile {
  readonly path: string
  readonly name: string
  readonly sizeBytes: number
}

export interface HubImport {
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly markdown: string
  readonly provider: string
  readonly license: string
  readonly files: readonly ModelFile[]
}

const schemaVersion = '2.3.0'
const pollMs = 250
/** Two parts are in memory at a time. */
const partBytes = 16 * 1024 * 1024

/** @throws AppError BaseModelUnusable with the hub's reason; Cancelled with nothing left behind */
export async function importHubModel(
  clients: AwsClients,
  bucket: string,
  { id, displayName, description, markdown, provider, license, files }: HubImport,
  onProgress: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const prefix = `timbre/imports/${id}/`
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  let sent = 0
  for (const file of files) {
    const upload = new Upload({
      client: clients.s3,
      params: { Bucket: bucket, Key: prefix + file.name, Body: createReadStream(file.path) },
      partSize: partBytes,
      queueSize: 2,
    })
    const before = sent
    upload.on('httpUploadProgress', ({ loaded = 0 }) =>
      onProgress(Math.min(1, (before + loaded) / Math.max(1, total))),
    )
    const abort = () => void upload.abort()
    signal?.addEventListener('abort', abort)
    try {
      requireWanted(signal)
      await withAwsErrors(() => upload.done())
    } catch (error) {
      await Promise.all(
        files.map(({ name }) => deleteObject(clients, `s3://${bucket}/${prefix}${name}`)),
      ).catch(() => undefined) // the first error is the one to tell
      requireWanted(signal)
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
    sent += file.sizeBytes
  }
  onProgress(1)
  await withAwsErrors(() =>
    clients.sageMaker.send(
      new ImportHubContentCommand({
        HubName: privateHub,
        HubContentType: 'Model',
        HubContentName: id,
        DocumentSchemaVersion: schemaVersion,
        HubContentDisplayName: displayName,
        HubContentDescription: description,
        HubContentMarkdown: markdown,
        HubContentDocument: JSON.stringify({
          TrainingArtifactUri: `s3://${bucket}/${prefix}`,
          DeleteSourceAfterImport: true,
          Provider: provider,
          License: license,
        }),
      }),
    ),
  )
  for (;;) {
    if (signal?.aborted) await deleteHubModel(clients, id)
    requireWanted(signal)
    const content = await describeHubContent(clients, privateHub, id)
    if (content.HubContentStatus === 'Available') return
    if (content.HubContentStatus === 'ImportFailed') {
      const reason = content.FailureReason ?? ''
      await deleteHubModel(clients, id)
      throw new AppError('BaseModelUnusable', reason, { details: { name: displayName, reason } })
    }
    await wait(pollMs)
  }
}

function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('Cancelled', 'Adding the model was cancelled')
}

export async function deleteHubModel({ sageMaker }: AwsClients, id: string): Promise<void> {
  await withAwsErrors(() =>
    sageMaker.send(
      new DeleteHubContentCommand({
        HubName: privateHub,
        HubContentType: 'Model',
        HubContentName: id,
        HubContentVersion: '1.0.0',
      }),
    ),
  )
}
