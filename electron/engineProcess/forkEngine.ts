/** Starts the engine with Node's fork: for the command line and for tests. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { engineArguments, type LaunchEngine } from './engineChild.ts'

const keptOutput = 4000

/**
 * From source the engine's own source; from the bundle, `dist/engine/main.js` beside `dist/main`. In an installed app it
 * lies outside the archive, so that it is a program like any other.
 */
export function engineEntry(): string {
  const relative = import.meta.url.endsWith('.ts') ? '../engine/main.ts' : '../engine/main.js'
  return fileURLToPath(new URL(relative, import.meta.url)).replace(
    /([\\/]app\.asar)([\\/])/,
    '$1.unpacked$2',
  )
}

export const forkEngine: LaunchEngine = (launch) => {
  const child = fork(engineEntry(), engineArguments(launch), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Flags of this process, such as a debugger's port, are not the engine's.
    execArgv: [],
    // A Ctrl-C in the terminal goes to the whole group; the engine ends when its parent says so.
    detached: process.platform !== 'win32',
  })
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-keptOutput)
  })
  return {
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => {
      child.once('exit', (code) => listener({ code, output }))
      // Not started at all, so there will be no exit either.
      child.once('error', (error) => {
        if (child.pid === undefined) listener({ code: null, output: error.message })
      })
    },
    send: (message) => {
      if (child.connected) child.send(message as object) // messages are plain objects
    },
    kill: () => child.kill('SIGKILL'),
  }
}
