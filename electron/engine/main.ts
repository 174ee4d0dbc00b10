/**
 * The engine's own program: child of the app (utilityProcess or fork) or on its own. It tells its parent where it listens,
 * and ends with it.
 *
 *   node electron/engine/main.ts --data-dir DIR --models DIR [--port N] [--threads N]
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startEngine } from './startEngine.ts'
import { StoreLockedError } from './store/storeLock.ts'

/** Electron's utilityProcess talks over process.parentPort, Node's fork over process.send. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
  on(event: 'close', listener: () => void): void
}

const closeWithinMs = 60_000
const exitCodes = { failed: 1, locked: 3 } as const

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'data-dir': { type: 'string' },
      models: { type: 'string' },
      port: { type: 'string', default: '0' },
      threads: { type: 'string', default: '0' },
    },
  })
  if (!values['data-dir'] || !values.models) {
    throw new Error('Both --data-dir and --models are needed.')
  }
  // Declared by Electron only, so plain Node's types don't know it.
  const parentPort = (process as unknown as { parentPort?: ParentPort }).parentPort
  const engine = await startEngine({
    dataDirectory: path.resolve(values['data-dir']),
    modelsDirectory: path.resolve(values.models),
    port: wholeNumber('--port', values.port, 65_535),
    threads: wholeNumber('--threads', values.threads, 1024),
  })

  let closing = false
  const close = () => {
    if (closing) return
    closing = true
    // A step of a large model can take long; the checkpoint before it is good enough then.
    setTimeout(() => process.exit(exitCodes.failed), closeWithinMs).unref()
    void engine.close().then(
      () => process.exit(0),
      () => process.exit(exitCodes.failed),
    )
  }
  const onMessage = (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'type' in message) {
      if (message.type === 'shutdown') close()
    }
  }
  process.on('SIGTERM', close)
  process.on('SIGINT', close)
  const ready = { type: 'ready', ...engine.connection }
  if (parentPort) {
    parentPort.on('message', (event) => onMessage(event.data))
    parentPort.on('close', close)
    parentPort.postMessage(ready)
  } else if (process.send) {
    process.on('message', onMessage)
    // The parent is gone: nobody is left to train for. The same holds for 'close' above.
    process.on('disconnect', close)
    process.send(ready)
  } else {
    const { endpoint, accessKeyId, secretAccessKey, region } = engine.connection
    const environment = [
      `export AWS_ENDPOINT_URL=${endpoint}`,
      `export AWS_ACCESS_KEY_ID=${accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
      `export AWS_DEFAULT_REGION=${region}`,
    ]
    // In one piece, for whoever reads it from a pipe.
    console.log(environment.join('\n'))
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= most) return Number(text)
  throw new Error(`${name} must be a whole number from 0 to ${most}.`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(error instanceof StoreLockedError ? exitCodes.locked : exitCodes.failed)
})
