import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCommandLine, type CommandLine } from '../../support/commandLine.ts'
import { filesOf, goodToken, startHubDouble, type HubDouble } from '../../support/huggingFaceHub.ts'
import { tinyGguf } from '../../support/tinyGguf.ts'
import { writeTinyModelFolder } from '../../support/tinyModelFolder.ts'

const name = 'acme/Tiny-Chat'
let timbre: CommandLine
let hub: HubDouble

beforeEach(async () => {
  timbre = await openCommandLine()
  hub = await startHubDouble()
  timbre.environment['HF_ENDPOINT'] = `${hub.url}/`
})
afterEach(async () => {
  await hub.close()
  await timbre.remove()
})

async function publishTiny(access: 'public' | 'private' = 'public'): Promise<void> {
  const parent = path.join(timbre.directory, 'to-publish')
  await mkdir(parent)
  const files = await filesOf(await writeTinyModelFolder(parent))
  hub.publish(name, { license: 'apache-2.0', access, files })
  await rm(parent, { recursive: true })
}

test('adds a model of the Hub by its name, with its size, its licence and its progress', async () => {
  await publishTiny()
  const { code, stdout, stderr } = await timbre.run('add-model', name)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^acme\/Tiny-Chat@[0-9a-f]{12}: [\d.]+ KB to download, licence apache-2.0\.$/m,
  )
  expect(stdout).toMatch(/^acme\/Tiny-Chat {2}100 % {2}([\d.]+ KB) of \1/m)
  expect(stdout).toContain('Added as tiny-chat.')
})

test('takes the token from the environment, and never shows it', async () => {
  await publishTiny('private')
  const refused = await timbre.run('add-model', name)
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('or it is private')
  timbre.environment['HF_TOKEN'] = goodToken
  const { code, stdout, stderr } = await timbre.run('add-model', name, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({ id: 'tiny-chat', provider: 'acme' })
  timbre.environment['HF_TOKEN'] = 'hf_with\u00e9accent'
  const unusable = await timbre.run('add-model', name)
  expect(unusable.stderr).toContain('HF_TOKEN')
  expect(stdout + unusable.stderr + refused.stderr).not.toContain('hf_')
})

test('asks which GGUF file to take, and takes it', async () => {
  const gguf = await tinyGguf()
  hub.publish(name, { files: { 'Tiny-Q8_0.gguf': gguf, 'Tiny-F16.gguf': gguf } })
  const unclear = await timbre.run('add-model', name)
  expect(unclear.code).toBe(1)
  expect(unclear.stderr).toContain('--file:\n  Tiny-Q8_0.gguf  ')
  const added = await timbre.run('add-model', `${name}@main`, '--file', 'Tiny-F16.gguf')
  expect(added).toMatchObject({ code: 0, stderr: '' })
  expect(added.stdout).toContain('Added as tiny-f16.')
})

test('stops on Ctrl-C, keeps what has arrived, and goes on from there', async () => {
  await publishTiny()
  hub.trouble.stallAfter = 20_000
  const interrupted = timbre.start('add-model', name)
  await interrupted.printed(' of ')
  interrupted.child.kill('SIGINT')
  const { code, stderr } = await interrupted.finished
  expect(code).toBe(130)
  expect(stderr).toContain('goes on from there')
  hub.trouble.stallAfter = null
  expect(await timbre.run('add-model', name)).toMatchObject({ code: 0, stderr: '' })
})

test('a folder of that name on this computer goes first', async () => {
  await mkdir(path.join(timbre.directory, 'acme', 'Tiny-Chat'), { recursive: true })
  const { code, stderr } = await timbre.run('add-model', name)
  expect(code).toBe(1)
  expect(stderr).toContain('“Tiny-Chat” is no model.')
  expect(hub.requests).toEqual([])
})
