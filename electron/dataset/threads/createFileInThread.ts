/** Writes and hashes a file in a thread of its own, so that whoever makes the bytes never waits for the disk. */
import { Worker } from 'node:worker_threads'
import type { ContentFile, WrittenFile } from '../contentFile.ts'
import { slotBytes, TextSlots } from '../textSlots.ts'
import type { FileWriterAnswer, FileWriterData, FileWriterRequest } from './fileWriterMessages.ts'
import { threadUrl } from './threadUrl.ts'

/**
 * @param options.flags of the file system's `open`; a new file when left out
 * @param options.slots what lies in them is written from there; other bytes are copied to them
 * @throws what the file system says when the file is there already or cannot be made
 */
export async function createFileInThread(
  path: string,
  { flags = 'wx', slots = new TextSlots() }: { flags?: string; slots?: TextSlots } = {},
): Promise<ContentFile> {
  const writer = new FileWriter(path, flags, slots)
  try {
    await writer.opened
  } catch (error) {
    await writer.abandon()
    throw error
  }
  return writer
}

class FileWriter implements ContentFile {
  readonly opened: Promise<void>
  readonly #slots: TextSlots
  readonly #worker: Worker
  /** What the thread has still to write, by its place. */
  readonly #sent = new Map<number, Buffer>()
  /** The slot that is being filled, and how far. */
  #slot: Buffer | null = null
  #filled = 0
  #error: Error | null = null
  #written: WrittenFile | null = null
  #hasEnded = false
  /** Of whoever waits for the next answer. */
  #wake: () => void = () => undefined

  constructor(path: string, flags: string, slots: TextSlots) {
    this.#slots = slots
    const workerData: FileWriterData = { path, flags, memory: slots.buffer, slotBytes }
    this.#worker = new Worker(threadUrl(import.meta.url, 'fileWriter'), { workerData })
    const failed = (error: Error) => {
      this.#error ??= error
      // Nobody waits in vain for what is not written any more.
      for (const at of this.#sent.keys()) this.#giveBack(at)
      this.#wake()
    }
    this.#worker.on('error', failed)
    this.#worker.on('exit', () => {
      this.#hasEnded = true
      failed(new Error('The thread that writes has ended'))
    })
    this.opened = new Promise((resolve, reject) => {
      this.#wake = () => this.#error && reject(this.#error)
      this.#worker.on('message', (answer: FileWriterAnswer) => {
        if (answer.kind === 'opened') return resolve()
        if (answer.kind === 'failed') {
          return failed(Object.assign(new Error(answer.message), { code: answer.code }))
        }
        if (answer.kind === 'free') this.#giveBack(answer.at)
        else this.#written = answer
        this.#wake()
      })
    })
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#error) throw this.#error
    if (this.#slots.has(chunk)) {
      this.#sendFilled()
      this.#slots.keep(chunk)
      this.#sendSlot(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
      return
    }
    for (let at = 0; at < chunk.length;) {
      this.#slot ??= await this.#freeSlot()
      const part = chunk.subarray(at, at + slotBytes - this.#filled)
      this.#slot.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === slotBytes) this.#sendFilled()
    }
  }

  async finish(): Promise<WrittenFile> {
    this.#sendFilled()
    this.#send({ kind: 'finish' })
    while (!this.#written) await this.#answer()
    return this.#written
  }

  async abandon(): Promise<void> {
    this.#send({ kind: 'abandon' })
    while (!this.#hasEnded) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  async #freeSlot(): Promise<Buffer> {
    const slot = await this.#slots.take()
    if (!this.#error) return slot
    this.#slots.release(slot)
    throw this.#error
  }

  /** @throws what the thread failed with */
  async #answer(): Promise<void> {
    if (!this.#error) await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#error && !this.#written) throw this.#error
  }

  #sendFilled(): void {
    if (this.#slot === null) return
    this.#sendSlot(this.#slot.subarray(0, this.#filled))
    this.#slot = null
    this.#filled = 0
  }

  /** @param bytes in a slot that is held for the thread */
  #sendSlot(bytes: Buffer): void {
    this.#sent.set(bytes.byteOffset, bytes)
    this.#send({ kind: 'write', at: bytes.byteOffset, length: bytes.length })
  }

  #giveBack(at: number): void {
    const bytes = this.#sent.get(at)
    if (this.#sent.delete(at) && bytes) this.#slots.release(bytes)
  }

  #send(request: FileWriterRequest): void {
    this.#worker.postMessage(request)
  }
}
