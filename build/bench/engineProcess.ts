/** The engine as a process of its own, as the app runs it. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { z } from 'zod'
import type { LocalTarget } from '../../electron/aws/target.ts'
import { repositoryRoot } from '../repositoryRoot.ts'

const readySchema = z.object({
  endpoint: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
})

export async function startEngineProcess(
  dataDirectory: string,
): Promise<{ readonly target: LocalTarget; stop(): Promise<void> }> {
  const child = fork(
    path.join(repositoryRoot, 'electron', 'engine', 'main.ts'),
    ['--data-dir', dataDirectory, '--models', path.join(repositoryRoot, 'models')],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] },
  )
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('The engine ended instead of starting.')
    }),
  ])) as [unknown]
  return {
    target: { kind: 'local', ...readySchema.parse(ready) },
    async stop() {
      const ended = once(child, 'exit')
      child.send({ type: 'shutdown' })
      await ended
    },
  }
}
