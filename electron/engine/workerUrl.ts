/** Where a worker's entry lies. */
import { forbidTelemetry } from './telemetry.ts'

const folderByName = {
  trainingWorker: 'train',
  estimateWorker: 'train',
  deviceWorker: 'train',
  generationWorker: 'generate',
  conversionWorker: 'convert',
} as const

/**
 * From source (Node strips the types): the .ts file in its folder. In the bundle all entries lie flat in one folder as
 * .js files.
 */
export function workerUrl(name: keyof typeof folderByName): URL {
  // Every worker starts here, and only its parent can set what the runtime reads.
  forbidTelemetry()
  return import.meta.url.endsWith('.ts')
    ? new URL(`./${folderByName[name]}/${name}.ts`, import.meta.url)
    : new URL(`./${name}.js`, import.meta.url)
}
