import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { baseModelId, readModelSource } from '../../../electron/baseModels/modelSource.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-source-'))
})
afterEach(() => rm(directory, { recursive: true }))
const write = (name: string, content = 'x') => writeFile(path.join(directory, name), content)

test('a GGUF file is one file, named without its ending', async () => {
  await write('SmolLM2 135M.Q8_0.GGUF')
  const source = await readModelSource(path.join(directory, 'SmolLM2 135M.Q8_0.GGUF'))
  expect(source).toMatchObject({ displayName: 'SmolLM2 135M.Q8_0', card: '' })
  expect(source.files).toMatchObject([{ name: 'model.gguf', sizeBytes: 1 }])
})

test('of a folder only the files of the model are taken, and its card', async () => {
  for (const name of ['config.json', 'tokenizer.json', 'model.safetensors', 'optimizer.pt', '.env'])
    await write(name)
  await write('README.md', '# Card')
  await mkdir(path.join(directory, 'onnx'))
  const source = await readModelSource(directory)
  expect(source.files.map(({ name }) => name).sort()).toEqual([
    'config.json',
    'model.safetensors',
    'tokenizer.json',
  ])
  expect(source).toMatchObject({ displayName: path.basename(directory), card: '# Card' })
})

test.each([
  ['an empty folder', [], '.', 'NotAModel'],
  ['a folder without weights', ['config.json'], '.', 'NotAModel'],
  ['another file', ['data.csv'], 'data.csv', 'NotAModel'],
  ['a path that leads nowhere', [], 'gone.gguf', 'FileNotFound'],
])('%s is refused', async (_, names, source, code) => {
  for (const name of names) await write(name)
  await expect(readModelSource(path.join(directory, source))).rejects.toMatchObject({ code })
})

test.each([
  ['SmolLM2-135M-Instruct.Q4_1', 'smollm2-135m-instruct-q4-1'],
  ['声音', 'model'],
  ['--x--', 'x'],
  ['a'.repeat(80), 'a'.repeat(56)],
])('%s becomes the id %s', (name, id) => {
  expect(baseModelId(name, new Set())).toBe(id)
  expect(baseModelId(name, new Set([id, `${id}-2`]))).toBe(`${id}-3`)
})
