/** `timbre engine`: the engine for any AWS client, until Ctrl-C. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { LocalTarget } from '../aws/target.ts'
import { dataDirectory } from '../dataDirectory.ts'
import { engineArguments } from '../engineProcess/engineChild.ts'
import { engineEntry } from '../engineProcess/forkEngine.ts'
import { findRunningEngine, lockedExitCode } from '../engineProcess/runningEngine.ts'
import { resourcesDirectory } from '../resourcesDirectory.ts'
import type { CommandContext } from './commandContext.ts'

/**
 * One data folder has one engine: where an open Timbre has started it, its environment is printed instead.
 * @throws AppError EngineUnavailable when it ends by itself
 */
export async function serveEngine(context: CommandContext, port: number): Promise<void> {
  const launch = {
    dataDirectory: dataDirectory(context.dataDirectoryOption),
    modelsDirectory: path.join(resourcesDirectory(), 'models'),
    threads: 0,
  }
  const child = spawn(
    process.execPath,
    [engineEntry(), ...engineArguments(launch), '--port', String(port)],
    { stdio: ['ignore', 'inherit', 'pipe'] },
  )
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
  const forward = () => child.kill('SIGTERM')
  process.once('SIGINT', forward)
  process.once('SIGTERM', forward)
  const [code] = (await once(child, 'exit')) as [number | null]
  process.removeListener('SIGINT', forward)
  process.removeListener('SIGTERM', forward)
  if (code === lockedExitCode) {
    const running = await findRunningEngine(launch.dataDirectory)
    if (running) return printEnvironment(context, running)
  }
  if (code !== 0) {
    const reason = output.trim()
    throw new AppError('EngineUnavailable', reason, { details: { reason } })
  }
}

function printEnvironment({ print, t }: CommandContext, target: LocalTarget): void {
  print(`# ${t('cli:engine.running')}`)
  print(`export AWS_ENDPOINT_URL=${target.endpoint}`)
  print(`export AWS_ACCESS_KEY_ID=${target.accessKeyId}`)
  print(`export AWS_SECRET_ACCESS_KEY=${target.secretAccessKey}`)
  print(`export AWS_DEFAULT_REGION=${target.region}`)
}
