/**
 * `npm run package`: installers for this system, in release/. `-- --dir` makes the unpacked app only, which is all that
 * the fallback runtime is good for: it is never shipped.
 */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { build, DIR_TARGET, Platform, type Configuration } from 'electron-builder'
import { bundleAll } from './bundleAll.ts'
import { repositoryRoot } from './repositoryRoot.ts'
import { ensureRuntime } from './runtime/runtime.ts'

async function main(): Promise<void> {
  console.log('Building ...')
  await bundleAll()
  const runtime = await ensureRuntime()
  const onlyFolder = runtime.isFallback || process.argv.includes('--dir')
  if (runtime.isFallback) {
    console.log(
      `Electron ${runtime.version} is a fallback for tests: packing a folder, no installer.`,
    )
  }
  const config: Configuration = {
    extends: path.join(repositoryRoot, 'build', 'electron-builder.yml'),
    electronVersion: runtime.version,
    electronDist: path.dirname(runtime.executable),
    // The fallback brings a small app of its own, which would be loaded in place of ours.
    afterPack: async ({ appOutDir }) => {
      if (runtime.isFallback)
        rmSync(path.join(appOutDir, 'resources', 'app'), { recursive: true, force: true })
    },
  }
  const platform = Platform.current()
  const made = await build({
    projectDir: repositoryRoot,
    targets: onlyFolder ? platform.createTarget(DIR_TARGET) : platform.createTarget(),
    config,
    publish: 'never',
  })
  for (const file of made) console.log(path.relative(repositoryRoot, file))
  if (onlyFolder) console.log(`The app is in release${path.sep}.`)
}

await main()
