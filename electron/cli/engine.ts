/** `timbre engine`: the engine for any AWS client, until Ctrl-C. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { dataDirectory } from '../dataDirectory.ts'
import { engineArguments } from '../engineProcess/engineChild.ts'
import { engineEntry } from '../engineProcess/forkEngine.ts'
import { resourcesDirectory } from '../resourcesDirectory.ts'
import type { CommandContext } from './commandContext.ts'

/** @throws AppError EngineUnavailable when it ends by itself, for instance because another one runs already */
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
  if (code !== 0) {
    const reason = output.trim()
    throw new AppError('EngineUnavailable', reason, { details: { reason } })
  }
}
