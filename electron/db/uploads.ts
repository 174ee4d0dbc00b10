/** Table uploads: what is sent to S3, and how to find an upload in parts again. */
import { z } from 'zod'
import { appErrorDataSchema, type AppErrorData } from '../../shared/errors.ts'
import { uploadSchema } from '../../shared/upload.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

/** Without what only a running upload knows. */
export interface StoredUpload {
  readonly id: string
  readonly workspaceId: string
  readonly bucket: string
  readonly key: string
  readonly name: string
  readonly file: string
  readonly contentType: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly sentBytes: number
  readonly state: z.infer<typeof uploadSchema>['state']
  readonly wasThere: boolean
  readonly failure: AppErrorData | null
  /** Null until S3 was told of it, and for a small file. */
  readonly begun: { readonly uploadId: string; readonly partSizeBytes: number } | null
  readonly createdAtMs: number
}

interface UploadRecord {
  id: string
  workspace_id: string
  bucket: string
  key: string
  name: string
  file: string
  content_type: string
  sha256: string
  size_bytes: number
  sent_bytes: number
  state: string
  was_there: number
  failure: string | null
  begun: string | null
  created_at_ms: number
}

const SAVE_UPLOAD = `
  INSERT INTO uploads (id, workspace_id, bucket, key, name, file, content_type, sha256, size_bytes, sent_bytes, state,
    was_there, failure, begun, created_at_ms)
  VALUES (@id, @workspace_id, @bucket, @key, @name, @file, @content_type, @sha256, @size_bytes, @sent_bytes, @state,
    @was_there, @failure, @begun, @created_at_ms)
  ON CONFLICT (id) DO UPDATE SET file = excluded.file, sent_bytes = excluded.sent_bytes, state = excluded.state,
    was_there = excluded.was_there, failure = excluded.failure, begun = excluded.begun`

const begunSchema = z.object({ uploadId: z.string(), partSizeBytes: z.number() })

/** Newest first. */
export function listUploads(db: ReadableDb): StoredUpload[] {
  return db
    .prepare<[], UploadRecord>('SELECT * FROM uploads ORDER BY created_at_ms DESC, id')
    .all()
    .map(rowToUpload)
}

export function findUpload(db: ReadableDb, id: string): StoredUpload | undefined {
  const row = db.prepare<[string], UploadRecord>('SELECT * FROM uploads WHERE id = ?').get(id)
  return row && rowToUpload(row)
}

/** Of a key, which is made of its content. */
export function findUploadTo(
  db: ReadableDb,
  place: Pick<StoredUpload, 'workspaceId' | 'bucket' | 'key'>,
): StoredUpload | undefined {
  const row = db
    .prepare<[string, string, string], UploadRecord>(
      'SELECT * FROM uploads WHERE workspace_id = ? AND bucket = ? AND key = ?',
    )
    .get(place.workspaceId, place.bucket, place.key)
  return row && rowToUpload(row)
}

export function saveUpload(db: WritableDb, upload: StoredUpload): void {
  transact(db, () => db.prepare(SAVE_UPLOAD).run(uploadToRow(upload)))
}

export function deleteUpload(db: WritableDb, id: string): void {
  transact(db, () => db.prepare('DELETE FROM uploads WHERE id = ?').run(id))
}

function rowToUpload(row: UploadRecord): StoredUpload {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    bucket: row.bucket,
    key: row.key,
    name: row.name,
    file: row.file,
    contentType: row.content_type,
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    sentBytes: row.sent_bytes,
    state: uploadSchema.shape.state.parse(row.state),
    wasThere: row.was_there === 1,
    failure: row.failure === null ? null : appErrorDataSchema.parse(JSON.parse(row.failure)),
    begun: row.begun === null ? null : begunSchema.parse(JSON.parse(row.begun)),
    createdAtMs: row.created_at_ms,
  }
}

function uploadToRow(upload: StoredUpload): UploadRecord {
  return {
    id: upload.id,
    workspace_id: upload.workspaceId,
    bucket: upload.bucket,
    key: upload.key,
    name: upload.name,
    file: upload.file,
    content_type: upload.contentType,
    sha256: upload.sha256,
    size_bytes: upload.sizeBytes,
    sent_bytes: upload.sentBytes,
    state: upload.state,
    was_there: upload.wasThere ? 1 : 0,
    failure: upload.failure && JSON.stringify(upload.failure),
    begun: upload.begun && JSON.stringify(upload.begun),
    created_at_ms: upload.createdAtMs,
  }
}
