/** The engine as a child process, whichever way it is started: Node's fork or Electron's utilityProcess. */
export interface EngineLaunch {
  readonly dataDirectory: string
  readonly modelsDirectory: string
  readonly threads: number
}

export interface EngineChild {
  onMessage(listener: (message: unknown) => void): void
  /**
   * Each listener is called once, also when the program could not be started at all; `output` is the end of what it wrote
   * to its error stream.
   */
  onExit(listener: (exit: { code: number | null; output: string }) => void): void
  send(message: unknown): void
  kill(): void
}

export type LaunchEngine = (launch: EngineLaunch) => EngineChild

export function engineArguments(launch: EngineLaunch): string[] {
  return [
    '--data-dir',
    launch.dataDirectory,
    '--models',
    launch.modelsDirectory,
    '--threads',
    String(launch.threads),
  ]
}
