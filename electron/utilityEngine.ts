/** Starts the engine as Electron's utility process. */
import { utilityProcess } from 'electron'
import { engineArguments, type LaunchEngine } from './engineProcess/engineChild.ts'
import { engineEntry } from './engineProcess/forkEngine.ts'

const keptOutput = 4000

export const launchUtilityEngine: LaunchEngine = (launch) => {
  const child = utilityProcess.fork(engineEntry(), engineArguments(launch), {
    serviceName: 'Timbre engine',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-keptOutput)
  })
  return {
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => child.once('exit', (code) => listener({ code, output })),
    send: (message) => child.postMessage(message),
    kill: () => child.kill(),
  }
}
