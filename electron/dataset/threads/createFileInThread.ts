/** Writes and hashes a file in a thread of its own, so that whoever makes the bytes never waits for the disk. */
import { Worker } from 'node:worker_threads'
import type { ContentFile, WrittenFile } from '../contentFile.ts'
import type { FileWriterAnswer, FileWriterData, FileWriterRequest } from './fileWriterMessages.ts'
import { threadUrl } from './threadUrl.ts'

/** Fewer, longer writes are the faster ones: twice as fast with 4 MB as with 1 MB. */
const slotBytes = 4 * 1024 * 1024
/** So many bytes may wait for the disk: 16 MB. */
const slotCount = 4

/** Memory that begins at a page, as writing past the system's cache asks for: WebAssembly's does. */
function pageAligned(bytes: number): SharedArrayBuffer {
  const pages = bytes / 65_536
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  return memory.buffer as unknown as SharedArrayBuffer // since it is shared
}

/**
 * @param flags of the file system's `open`; a new file when left out
 * @throws what the file system says when the file is there already or cannot be made
 */
export async function createFileInThread(path: string, flags = 'wx'): Promise<ContentFile> {
  const writer = new FileWriter(path, flags)
  await writer.opened
  return writer
}

class FileWriter implements ContentFile {
  readonly opened: Promise<void>
  readonly #slots = pageAligned(slotBytes * slotCount)
  readonly #worker: Worker
  readonly #free = Array.from({ length: slotCount }, (_, slot) => slot)
  /** The slot that is being filled, and how far. */
  #slot: number | null = null
  #filled = 0
  #error: Error | null = null
  #written: WrittenFile | null = null
  #hasEnded = false
  /** Of whoever waits for the next answer. */
  #wake: () => void = () => undefined

  constructor(path: string, flags: string) {
    const workerData: FileWriterData = { path, flags, slots: this.#slots, slotBytes }
    this.#worker = new Worker(threadUrl(import.meta.url, 'fileWriter'), { workerData })
    const failed = (error: Error) => {
      this.#error ??= error
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
        if (answer.kind === 'free') this.#free.push(answer.slot)
        else this.#written = answer
        this.#wake()
      })
    })
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      this.#slot ??= await this.#freeSlot()
      const part = chunk.subarray(at, at + slotBytes - this.#filled)
      new Uint8Array(this.#slots, this.#slot * slotBytes + this.#filled, part.length).set(part)
      this.#filled += part.length
      at += part.length
      if (this.#filled === slotBytes) this.#sendSlot()
    }
  }

  async finish(): Promise<WrittenFile> {
    this.#sendSlot()
    this.#send({ kind: 'finish' })
    while (!this.#written) await this.#answer()
    return this.#written
  }

  async abandon(): Promise<void> {
    this.#send({ kind: 'abandon' })
    while (!this.#hasEnded) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  async #freeSlot(): Promise<number> {
    for (;;) {
      if (this.#error) throw this.#error
      const slot = this.#free.pop()
      if (slot !== undefined) return slot
      await this.#answer()
    }
  }

  /** @throws what the thread failed with */
  async #answer(): Promise<void> {
    if (!this.#error) await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#error && !this.#written) throw this.#error
  }

  #sendSlot(): void {
    if (this.#slot === null) return
    this.#send({ kind: 'write', slot: this.#slot, length: this.#filled })
    this.#slot = null
    this.#filled = 0
  }

  #send(request: FileWriterRequest): void {
    this.#worker.postMessage(request)
  }
}
