import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockStore, StoreLockedError } from '../../../../electron/engine/store/storeLock.ts'

let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-lock-'))
  file = path.join(directory, 'lock')
})
afterEach(() => rm(directory, { recursive: true }))

test('a second engine is refused until the first gives the lock back', async () => {
  const unlock = await lockStore(file)
  await expect(lockStore(file)).rejects.toThrow(StoreLockedError)
  await unlock()
  await (
    await lockStore(file)
  )()
})

test('of many at once exactly one gets the lock', async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockStore(file)))
  const taken = results.filter((result) => result.status === 'fulfilled')
  expect(taken).toHaveLength(1)
  await taken[0]?.value()
})

test('takes over a lock whose process number now belongs to another program', async () => {
  const stranger = createServer((socket) => socket.end('220 welcome'))
  stranger.listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  const { port } = stranger.address() as AddressInfo
  // This process lives, and something listens on the port: neither is the engine that made the lock.
  await writeFile(file, JSON.stringify({ pid: process.pid, port, word: 'f'.repeat(32) }))
  const unlock = await lockStore(file)
  expect(JSON.parse(await readFile(file, 'utf8'))).not.toMatchObject({ port })
  await unlock()
  stranger.close()
})

test.each(['', '12345', '{"pid":1'])('takes over the damaged lock %j', async (content) => {
  await writeFile(file, content)
  await (
    await lockStore(file)
  )()
})
