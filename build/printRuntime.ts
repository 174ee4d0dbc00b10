/** `npm run runtime`: which Electron the app runs on here, fetched if need be. */
import { ensureRuntime } from './runtime/runtime.ts'

const runtime = await ensureRuntime()
console.log(
  `Electron ${runtime.version}${runtime.isFallback ? ' (fallback)' : ''}: ${runtime.executable}`,
)
