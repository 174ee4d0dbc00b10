/** `npm run cli -- ...`: the command line, built first. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { bundleAll } from './bundleAll.ts'
import { repositoryRoot } from './repositoryRoot.ts'

await bundleAll()
// Ctrl-C is the command's to answer.
process.on('SIGINT', () => undefined)
const { status } = spawnSync(
  process.execPath,
  [path.join(repositoryRoot, 'dist/main/cli.js'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
