/** `npm run check`: format, lint, import arrows, types. Runs all four and fails when one did. */
import { spawnSync } from 'node:child_process'
import { repositoryRoot } from './repositoryRoot.ts'

const sources = ['shared', 'electron', 'renderer', 'build', 'test']

const checks: [name: string, command: string, ...args: string[]][] = [
  ['format', 'prettier', '--check', '.', '--cache', '--cache-location', '.cache/prettier'],
  ['lint', 'eslint', '.', '--max-warnings', '0', '--cache', '--cache-location', '.cache/eslint'],
  ['imports', 'depcruise', ...sources, '--config', '.dependency-cruiser.cjs'],
  ['types', 'tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', '.cache/types.tsbuildinfo'],
]

const failed = checks.filter(([name, command, ...args]) => {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(command, args, {
    cwd: repositoryRoot,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return status !== 0
})

if (failed.length > 0) {
  console.error(`\nFailed: ${failed.map(([name]) => name).join(', ')}`)
  process.exitCode = 1
} else {
  console.log('\nFormat, lint, imports and types are fine.')
}
