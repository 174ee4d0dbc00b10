/** `node build/wasm.ts`: each .wat -> a module beside it whose bytes are part of the source tree. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import wabtModule from 'wabt'
import { repositoryRoot } from './repositoryRoot.ts'

const modules = [
  { source: 'electron/engine/train/adamw.wat', name: 'adamwModule' },
  { source: 'electron/dataset/kernel/kernel.wat', name: 'kernelModule' },
  { source: 'electron/dataset/kernel/textSearch.wat', name: 'textSearchModule' },
  { source: 'electron/dataset/profile/textKernel.wat', name: 'textKernelModule' },
  { source: 'electron/dataset/profile/similarity.wat', name: 'similarityModule' },
] as const

/** The module's bytes as its text says. */
export async function compileWat(source: (typeof modules)[number]['source']): Promise<Uint8Array> {
  const wabt = await wabtModule()
  const text = await readFile(path.join(repositoryRoot, source), 'utf8')
  // Threads: memory that another thread reads too.
  const features = { simd: true, threads: true, relaxed_simd: true }
  const bytes = Uint8Array.from(
    wabt.parseWat(path.basename(source), text, features).toBinary({}).buffer,
  )
  // Throws when it is not valid; wabt's own check knows no shared memory.
  new WebAssembly.Module(bytes)
  return bytes
}

if (process.argv[1] === import.meta.filename) {
  for (const { source, name } of modules) {
    const base64 = Buffer.from(await compileWat(source)).toString('base64')
    const parts = base64.match(/.{1,92}/g) ?? []
    const text = [
      `/** ${path.basename(source)} compiled: written by \`node build/wasm.ts\`. */`,
      `export const ${name} =`,
      parts.map((part) => `  '${part}'`).join(' +\n'),
      '',
    ].join('\n')
    const folder = path.join(repositoryRoot, path.dirname(source))
    await writeFile(path.join(folder, `${name}.ts`), text)
  }
}
