/** A screen for the window: the user's own, or a virtual one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}

export interface Display {
  readonly environment: Readonly<Record<string, string>>
  close(): void
}

/** Xvfb on a number of its own choice. @throws Error when it does not start */
export async function startVirtualDisplay(): Promise<Display> {
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  )
  const output = server.stdio[3]
  if (!output) throw new Error('Xvfb has no output.')
  const failed = once(server, 'exit').then(() => {
    throw new Error('The virtual display Xvfb did not start.')
  })
  const [line] = (await Promise.race([once(output, 'data'), failed])) as [Buffer]
  failed.catch(() => undefined) // from here on its end is ours
  return {
    environment: { DISPLAY: `:${line.toString('utf8').trim()}` },
    close: () => server.kill(),
  }
}
