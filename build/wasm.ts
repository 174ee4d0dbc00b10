/** `node build/wasm.ts`: electron/engine/train/adamw.wat -> adamwModule.ts, whose bytes are part of the source tree. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import wabtModule from 'wabt'
import { repositoryRoot } from './repositoryRoot.ts'

const folder = path.join(repositoryRoot, 'electron', 'engine', 'train')

/** The module's bytes as its text says. */
export async function compileAdamW(): Promise<Uint8Array> {
  const wabt = await wabtModule()
  const file = 'adamw.wat'
  const parsed = wabt.parseWat(file, await readFile(path.join(folder, file), 'utf8'), {
    simd: true,
  })
  parsed.validate()
  return parsed.toBinary({}).buffer
}

if (process.argv[1] === import.meta.filename) {
  const base64 = Buffer.from(await compileAdamW()).toString('base64')
  await writeFile(
    path.join(folder, 'adamwModule.ts'),
    [
      '/** adamw.wat compiled: written by `node build/wasm.ts`. */',
      'export const adamwModule =',
      ...(base64.match(/.{1,92}/g) ?? []).map(
        (line, index) => `  ${index > 0 ? '+ ' : ''}'${line}'`,
      ),
      '',
    ].join('\n'),
  )
}
