/** An Electron that the app can run on. */
export interface Runtime {
  readonly executable: string
  readonly version: string
  readonly isFallback: boolean
  /** What the app's process needs in its environment. */
  readonly environment: Readonly<Record<string, string>>
}
