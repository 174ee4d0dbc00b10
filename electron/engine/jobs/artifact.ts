/** model.tar.gz: packing a model folder, and unpacking one with every path checked. */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { adapterFiles } from '../model/modelFolder.ts'

const packedFiles: readonly string[] = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'model.safetensors',
  'template.json',
  ...Object.values(adapterFiles),
]

export function packModel(directory: string): AsyncIterable<Uint8Array> {
  const archive = pack()
  void (async () => {
    try {
      const present = await readdir(directory)
      for (const name of packedFiles.filter((file) => present.includes(file))) {
        const file = path.join(directory, name)
        const { size } = await stat(file)
        // A fixed time, so that the same weights give the same archive.
        const entry = archive.entry({ name, size, mtime: new Date(0) })
        await pipeline(createReadStream(file), entry)
      }
      archive.finalize()
    } catch (error) {
      archive.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })()
  // Weights are close to random bits: more effort than this saves no space.
  return archive.pipe(createGzip({ level: 1 }))
}

/** Unpacks into `directory`, which appears only when complete. Entries other than a model's own plain files are refused. */
export async function unpackModel(archivePath: string, directory: string): Promise<void> {
  const temporary = `${directory}.unpacking`
  await rm(temporary, { recursive: true, force: true })
  await mkdir(temporary, { recursive: true })
  const entries = extract()
  const unpacking = pipeline(createReadStream(archivePath), createGunzip(), entries)
  // Handled below; without this a failure before the loop's first read would count as unhandled.
  unpacking.catch(() => undefined)
  for await (const entry of entries) {
    const name = entry.header.name.replace(/^\.\//, '')
    if (entry.header.type === 'directory' && name.replace('/', '') === '.') {
      entry.resume()
      continue
    }
    if (entry.header.type !== 'file' || !packedFiles.includes(name)) {
      throw new Error(`The model archive holds "${entry.header.name}", which is no model file.`)
    }
    await pipeline(entry, createWriteStream(path.join(temporary, name)))
  }
  await unpacking
  await rm(directory, { recursive: true, force: true })
  await rename(temporary, directory)
}
