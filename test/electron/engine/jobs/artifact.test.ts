import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack, type Header } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packModel, unpackModel } from '../../../../electron/engine/jobs/artifact.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-artifact-'))
})
afterEach(() => rm(directory, { recursive: true }))

const at = (name: string) => path.join(directory, name)

test('what was packed is unpacked, without files that are no part of a model', async () => {
  const content = { 'config.json': '{}', 'model.safetensors': 'weights', 'README.md': '# Card' }
  for (const [name, text] of Object.entries(content)) await writeFile(at(name), text)
  await pipeline(packModel(directory), createWriteStream(at('model.tar.gz')))
  await unpackModel(at('model.tar.gz'), at('out'))
  expect((await readdir(at('out'))).sort()).toEqual(['config.json', 'model.safetensors'])
  expect(await readFile(at('out/model.safetensors'), 'utf8')).toBe('weights')
})

test.each<[string, Partial<Header> & { name: string }]>([
  ['a path that leaves the folder', { name: '../escaped' }],
  ['an absolute path', { name: '/tmp/escaped' }],
  ['a symbolic link', { name: 'config.json', type: 'symlink', linkname: '/etc/passwd' }],
  ['a file that is no part of a model', { name: 'run.sh' }],
])('refuses %s', async (_, header) => {
  const archive = pack()
  if (header.type) archive.entry(header)
  else archive.entry(header, 'x')
  archive.finalize()
  await pipeline(archive, createGzip(), createWriteStream(at('model.tar.gz')))
  await expect(unpackModel(at('model.tar.gz'), at('out'))).rejects.toThrow('is no model file')
  expect(await readdir(directory)).not.toContain('out')
})

test('refuses an archive that is cut off', async () => {
  await writeFile(at('config.json'), 'x'.repeat(100_000))
  await pipeline(packModel(directory), createWriteStream(at('whole')))
  const whole = await readFile(at('whole'))
  await writeFile(at('cut'), whole.subarray(0, whole.length / 2))
  await expect(unpackModel(at('cut'), at('out'))).rejects.toThrow()
  expect(await readdir(directory)).not.toContain('out')
})
