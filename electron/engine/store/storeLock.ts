/**
 * One engine per store: two would train the same job twice. The lock file names the owner and a loopback port on which
 * the owner says the lock's own word. A process number alone would not do: after a crash and a restart of the computer
 * it may belong to any program, and the store would stay locked for good.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { z } from 'zod'

export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError'
  readonly pid: number

  constructor(pid: number) {
    super(`Another engine (process ${pid}) works on this data folder.`)
    this.pid = pid
  }
}

const loopback = '127.0.0.1'
/** A living owner answers at once; one that is busy for longer is still an owner. */
const answerWithinMs = 3000
const mostAttempts = 5

const ownerSchema = z.object({
  pid: z.number().int(),
  port: z.number().int().min(1).max(65_535),
  word: z.string().length(32),
})
type Owner = z.infer<typeof ownerSchema>

/**
 * Takes the lock; one whose owner is gone is taken over.
 * @returns a function that gives the lock back
 * @throws StoreLockedError
 */
export async function lockStore(file: string): Promise<() => Promise<void>> {
  const word = randomBytes(16).toString('hex')
  const doorbell = createServer((socket) => {
    socket.on('error', () => socket.destroy()) // the caller left; nothing is lost
    socket.end(word)
  })
  doorbell.listen(0, loopback)
  await once(doorbell, 'listening')
  doorbell.unref()
  const { port } = doorbell.address() as AddressInfo // a TCP server has one
  try {
    await takeLock(file, { pid: process.pid, port, word })
  } catch (error) {
    doorbell.close()
    throw error
  }
  return async () => {
    if ((await readOwner(file))?.word === word) await rm(file, { force: true })
    doorbell.close()
  }
}

async function takeLock(file: string, self: Owner): Promise<void> {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    if (await createFile(file, JSON.stringify(self))) return
    const owner = await readOwner(file)
    if (owner && (await answers(owner))) throw new StoreLockedError(owner.pid)
    await takeAway(file, owner)
  }
  throw new StoreLockedError((await readOwner(file))?.pid ?? 0)
}

async function createFile(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Moves a dead lock aside; if another engine was faster and the lock is now its own, it is put back. */
async function takeAway(file: string, dead: Owner | null): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString('hex')}`
  try {
    await rename(file, aside)
  } catch {
    return // somebody else did so
  }
  const moved = await readOwner(aside)
  if (moved && moved.word !== dead?.word) await createFile(file, JSON.stringify(moved))
  await rm(aside, { force: true })
}

async function readOwner(file: string): Promise<Owner | null> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return null // gone, half-written or of another program: nobody who could answer
  }
}

/** Whether the process behind the port knows the lock's word. */
async function answers(owner: Owner): Promise<boolean> {
  const socket = connect(owner.port, loopback)
  socket.setTimeout(answerWithinMs)
  return new Promise((resolve) => {
    let heard = ''
    socket.setEncoding('latin1')
    socket.on('data', (text) => (heard += String(text)))
    socket.on('end', () => resolve(heard === owner.word))
    // It took the call and is slow: better to leave it alone than to train twice.
    socket.on('timeout', () => {
      resolve(heard === '' || owner.word.startsWith(heard))
      socket.destroy()
    })
    socket.on('error', () => resolve(false))
  })
}
