/** Lets fmeval itself score the answers: rows and script go to S3, a processing job runs, its scores come back. */
import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.ts'
import type { EvaluatedRow } from '../../../shared/evaluation.ts'
import {
  libraryInstanceType,
  libraryResultSchema,
  type LibraryResult,
} from '../../../shared/libraryCheck.ts'
import { runProcessingJob } from '../../aws/processingJobs.ts'
import { ensureBucket, getText, putTextOnce } from '../../aws/s3.ts'
import type { Connection } from '../../aws/workspace.ts'
import { closing } from '../parts/partContext.ts'
import { libraryImage } from './libraryImage.ts'
import { libraryScript } from './libraryScript.ts'

export interface LibraryOrder {
  /** The same name finds the job that is there. */
  readonly jobName: string
  readonly rows: readonly EvaluatedRow[]
  readonly signal: AbortSignal
  readonly pollMs: number
}

const mostSeconds = 2 * 3600

/**
 * @throws AppError LibraryNotInRegion, LibraryFailed with the job's own words, Cancelled, and what AWS answers
 */
export async function scoreWithLibrary(
  connection: Connection,
  { jobName, rows, signal, pollMs }: LibraryOrder,
): Promise<LibraryResult> {
  const image = libraryImage(connection.region)
  const { clients, bucket, prefix } = connection
  await ensureBucket(clients, bucket)
  const lines = rows.map(({ position, reference, tuned, base }) =>
    JSON.stringify({ position, reference, tuned: tuned.text, base: base?.text ?? null }),
  )
  const rowsUri = await put(connection, 'rows.jsonl', `${lines.join('\n')}\n`)
  const scriptUri = await put(connection, 'score.py', libraryScript)
  const outputUri = `s3://${bucket}/${[prefix, 'evaluations', jobName].filter(Boolean).join('/')}/`
  const end = await runProcessingJob(connection, {
    jobName,
    image,
    instanceType: libraryInstanceType,
    inputs: { rows: rowsUri, script: scriptUri },
    outputUri,
    containerEntrypoint: ['python3', '/opt/ml/processing/script/score.py'],
    maxSeconds: mostSeconds,
    leavesRunning: (reason) => reason === closing,
    signal,
    pollMs,
  })
  if (!end.completed)
    throw new AppError('LibraryFailed', end.message, {
      details: { reason: end.message, job: jobName },
    })
  return readScores(await getText(clients, `${outputUri}scores.json`), jobName)
}

/** Below a key made of the content: the same is sent once. */
async function put(connection: Connection, name: string, text: string): Promise<string> {
  const { bucket, prefix } = connection
  const mark = createHash('sha256').update(text).digest('hex').slice(0, 32)
  const folder = [prefix, 'evaluations', mark].filter(Boolean).join('/')
  await putTextOnce(connection, bucket, `${folder}/${name}`, text, 'text/plain; charset=utf-8')
  return `s3://${bucket}/${folder}/`
}

function readScores(text: string, jobName: string): LibraryResult {
  try {
    return libraryResultSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new AppError('LibraryFailed', 'The job wrote something else than scores', {
      details: { reason: 'scores.json', job: jobName },
      cause: error,
    })
  }
}
