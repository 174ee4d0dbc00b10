/** What is bundled from what: the page, the preload, and the programs that run on Node (main, command line, engine). */
import { existsSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import type { InlineConfig } from 'vite'
import { repositoryRoot } from './repositoryRoot.ts'

/** The oldest Node that runs our code: the fallback runtime's Electron 33 has 20.18. */
const nodeTarget = 'node20.18'
const pageTarget = 'chrome130'

/** Loaded from node_modules at run time: they hold native code, or are provided by Electron itself. */
const leftOutside = ['electron', 'better-sqlite3', 'onnxruntime-node']

const inRoot = (...parts: string[]) => path.join(repositoryRoot, ...parts)

/** Replaced by a fresh nonce at each load, see electron/protocol.ts. */
export const nonceMark = '__TIMBRE_NONCE__'

export const pageBundle: InlineConfig = {
  configFile: false,
  root: inRoot('renderer'),
  base: './',
  plugins: [react()],
  html: { cspNonce: nonceMark },
  server: { port: 5173, strictPort: true },
  build: {
    outDir: inRoot('dist/renderer'),
    emptyOutDir: true,
    target: pageTarget,
    // data: addresses are not in the content policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
}

export const preloadBundle: InlineConfig = nodeBundle('dist/preload', {
  entries: { preload: 'electron/preload.ts' },
  // A sandboxed preload is one CommonJS file.
  format: 'cjs',
})

export const mainBundle: InlineConfig = nodeBundle('dist/main', {
  entries: {
    main: 'electron/main.ts',
    cli: 'electron/cli/main.ts',
    rowWorker: 'electron/dataset/workbench/rowWorker.ts',
    stripeWorker: 'electron/dataset/profile/stripeWorker.ts',
    stageWorker: 'electron/dataset/staging/stageWorker.ts',
    fileWriter: 'electron/dataset/threads/fileWriter.ts',
  },
  format: 'es',
})

/** Flat: the engine finds its workers beside itself. */
export const engineBundle: InlineConfig = nodeBundle('dist/engine', {
  entries: {
    main: 'electron/engine/main.ts',
    trainingWorker: 'electron/engine/train/trainingWorker.ts',
    deviceWorker: 'electron/engine/train/deviceWorker.ts',
    estimateWorker: 'electron/engine/train/estimateWorker.ts',
    generationWorker: 'electron/engine/generate/generationWorker.ts',
    conversionWorker: 'electron/engine/convert/conversionWorker.ts',
    // The app's own, here because threads are loaded from plain files.
    scoringWorker: 'electron/scoring/scoringWorker.ts',
  },
  format: 'es',
})

/** What `npm run bench` measures of datasets: the same threads, bundled as the app has them. */
export const datasetBenchBundle: InlineConfig = nodeBundle('dist/bench', {
  entries: {
    scanTask: 'build/bench/scanTask.ts',
    profileTask: 'build/bench/profileTask.ts',
    splitTask: 'build/bench/splitTask.ts',
    stageWorker: 'electron/dataset/staging/stageWorker.ts',
    fileWriter: 'electron/dataset/threads/fileWriter.ts',
    rowWorker: 'electron/dataset/workbench/rowWorker.ts',
    stripeWorker: 'electron/dataset/profile/stripeWorker.ts',
  },
  format: 'es',
})

function nodeBundle(
  outputDirectory: string,
  options: { entries: Record<string, string>; format: 'es' | 'cjs' },
): InlineConfig {
  const extension = options.format === 'cjs' ? 'cjs' : 'js'
  const input = Object.fromEntries(
    Object.entries(options.entries)
      .map(([name, file]) => [name, inRoot(file)] as const)
      .filter(([, file]) => existsSync(file)),
  )
  return {
    configFile: false,
    root: repositoryRoot,
    publicDir: false,
    ssr: { noExternal: true, external: leftOutside },
    build: {
      ssr: true,
      outDir: inRoot(outputDirectory),
      emptyOutDir: true,
      target: nodeTarget,
      minify: false,
      sourcemap: true,
      reportCompressedSize: false,
      rolldownOptions: {
        input,
        external: leftOutside,
        platform: 'node',
        output: {
          format: options.format,
          entryFileNames: `[name].${extension}`,
          chunkFileNames: `[name]-[hash].${extension}`,
          assetFileNames: '[name]-[hash][extname]',
        },
      },
    },
  }
}
