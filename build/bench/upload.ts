/** A large file into the engine's S3, beside the AWS CLI with the same file, store and run. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { createClients } from '../../electron/aws/clients.ts'
import { deleteObject, ensureBucket } from '../../electron/aws/s3.ts'
import { findObject } from '../../electron/aws/upload/multipart.ts'
import type { LocalTarget } from '../../electron/aws/target.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import { startEngineProcess } from './engineProcess.ts'
import { median, type BenchOptions, type BenchResult } from './result.ts'
import type { UploadTask } from './uploadTask.ts'

const uploadFiguresSchema = z.object({ peakMegabytes: z.number() })
type UploadFigures = z.infer<typeof uploadFiguresSchema> & { readonly seconds: number }

const bucket = 'timbre-bench'
const key = 'upload.csv'
const megabyte = 1e6

export async function benchUpload({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
  const file = path.join(work, 'data.csv')
  const sizeBytes = (quick ? 100 : 1000) * megabyte
  const sha256 = writeRandomFile(file, sizeBytes)
  const engine = await startEngineProcess(path.join(work, 'engine'))
  const { target } = engine
  const clients = createClients(target)
  const runs = quick ? 1 : 3
  try {
    await ensureBucket(clients, bucket)
    const command = process.env['TIMBRE_BENCH_AWS_CLI']
    const peerName = command === undefined ? 'AWS CLI' : versionOf(command)
    const ours: UploadFigures[] = []
    const theirs: UploadFigures[] = []
    // In turn, so that whatever else the machine does meets both.
    for (let run = 0; run < runs; run += 1) {
      ours.push(runOurs({ target, bucket, key, file, sha256 }))
      say(`Timbre: ${describe(ours.at(-1), sizeBytes)}`)
      await requireArrived()
      if (command === undefined) continue
      theirs.push(runPeer(command, target, file))
      say(`${peerName}: ${describe(theirs.at(-1), sizeBytes)}`)
      await requireArrived()
    }
    if (command === undefined)
      say('The AWS CLI is left out: name its program in TIMBRE_BENCH_AWS_CLI.')
    const rate = (figures: readonly UploadFigures[]) =>
      figures.length === 0
        ? null
        : sizeBytes / megabyte / median(figures.map(({ seconds }) => seconds))
    const memory = (figures: readonly UploadFigures[]) =>
      figures.length === 0 ? null : Math.max(...figures.map(({ peakMegabytes }) => peakMegabytes))
    const common = { suite: 'upload', case: quick ? '100MB' : '1GB', peer: peerName, n: runs }
    const [ourRate, theirRate] = [rate(ours) ?? Number.NaN, rate(theirs)]
    const [ourMemory, theirMemory] = [memory(ours) ?? Number.NaN, memory(theirs)]
    return [
      {
        ...common,
        metric: 'rate',
        value: ourRate,
        unit: 'MB/s',
        peerValue: theirRate,
        ratio: theirRate && ourRate / theirRate,
      },
      {
        ...common,
        metric: 'peak memory',
        value: ourMemory,
        unit: 'MB',
        peerValue: theirMemory,
        ratio: theirMemory && theirMemory / ourMemory,
      },
    ]
  } finally {
    clients.destroy()
    await engine.stop()
    rmSync(work, { recursive: true, force: true })
  }

  async function requireArrived(): Promise<void> {
    const found = await findObject({ clients, kmsKeyArn: null }, { bucket, key })
    if (found?.sizeBytes !== statSync(file).size) throw new Error('The file did not arrive whole.')
    await deleteObject(clients, `s3://${bucket}/${key}`)
  }
}

/** Random text would be the same to S3; what counts is that nothing compresses it. @returns its SHA-256 */
function writeRandomFile(file: string, sizeBytes: number): string {
  const hash = createHash('sha256')
  const block = Buffer.alloc(megabyte)
  const out = openSync(file, 'w')
  let state = 12345
  for (let written = 0; written < sizeBytes; written += block.byteLength) {
    for (let index = 0; index < block.byteLength; index += 4) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      block.writeUInt32LE(state, index)
    }
    hash.update(block)
    writeSync(out, block)
  }
  closeSync(out)
  return hash.digest('hex')
}

function runOurs(task: UploadTask): UploadFigures {
  const script = path.join(repositoryRoot, 'build', 'bench', 'uploadTask.ts')
  const startedAt = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(task)], {
    encoding: 'utf8',
  })
  // From start to end of the process, as with the peer.
  const seconds = (performance.now() - startedAt) / 1000
  if (status !== 0) throw new Error(`The upload failed: ${stderr}`)
  return { ...uploadFiguresSchema.parse(JSON.parse(stdout)), seconds }
}

function runPeer(command: string, target: LocalTarget, file: string): UploadFigures {
  const startedAt = performance.now()
  const { status, stderr } = spawnSync(
    // GNU time tells the peak memory of the child.
    '/usr/bin/env',
    [
      'python3',
      path.join(repositoryRoot, 'build', 'bench', 'peak_memory.py'),
      command,
      's3',
      'cp',
      file,
      `s3://${bucket}/${key}`,
      '--endpoint-url',
      target.endpoint,
      '--no-progress',
    ],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: path.dirname(file),
        AWS_ACCESS_KEY_ID: target.accessKeyId,
        AWS_SECRET_ACCESS_KEY: target.secretAccessKey,
        AWS_DEFAULT_REGION: target.region,
      },
    },
  )
  const seconds = (performance.now() - startedAt) / 1000
  if (status !== 0) throw new Error(`The AWS CLI failed: ${stderr}`)
  const kilobytes = Number(/peak (\d+)/.exec(stderr)?.[1] ?? Number.NaN)
  return { seconds, peakMegabytes: kilobytes / 1024 }
}

function versionOf(command: string): string {
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' })
  return `AWS CLI ${/aws-cli\/(\S+)/.exec(stdout)?.[1] ?? ''}`
}

function describe(figures: UploadFigures | undefined, sizeBytes: number): string {
  if (!figures) return ''
  const { seconds, peakMegabytes } = figures
  return `${(sizeBytes / megabyte / seconds).toFixed(0)} MB/s, ${peakMegabytes.toFixed(0)} MB`
}
