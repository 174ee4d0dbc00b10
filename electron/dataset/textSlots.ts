/**
 * Memory that a file is read into once: the kernel looks at the text where it lies, and another thread writes it to the
 * disk from there. A slot is free again when nobody holds it any more.
 */
import { createKernelMemory, firstTextStart, pageBytes } from './kernel/kernel.ts'

/** Fewer, longer writes are the faster ones: twice as fast with 4 MB as with 1 MB. */
export const slotBytes = 4 * 1024 * 1024
/** One is read into, one is looked at, and the others wait for the disk. */
export const slotCount = 5
/** Before each slot, for the beginning of a record that goes on in it. */
export const roomBytes = pageBytes

const strideBytes = roomBytes + slotBytes
/** At a page, as writing past the system's cache asks for. */
const firstSlot = Math.ceil(firstTextStart / pageBytes) * pageBytes + roomBytes

export class TextSlots {
  readonly kernelMemory = createKernelMemory(firstSlot + slotCount * strideBytes)
  /** As it is now: once the kernel's memory grew it has another one, with the same bytes in it. */
  readonly buffer = this.kernelMemory.memory.buffer as unknown as SharedArrayBuffer // since it is shared
  readonly #holders = new Array<number>(slotCount).fill(0)
  readonly #waiting: ((slot: number) => void)[] = []

  /** A slot, once there is one that nobody holds; held by the caller then. */
  async take(): Promise<Buffer> {
    const free = this.#holders.indexOf(0)
    if (free >= 0) this.#holders[free] = 1
    const slot = free >= 0 ? free : await new Promise<number>((got) => this.#waiting.push(got))
    return Buffer.from(this.buffer, firstSlot + slot * strideBytes, slotBytes)
  }

  /** Whether a chunk lies in a slot; its `byteOffset` is then its place in the kernel's memory. */
  has(chunk: Uint8Array): boolean {
    return chunk.buffer === this.buffer
  }

  /** Holds the slot of a chunk once more. */
  keep(chunk: Uint8Array): void {
    const slot = slotOf(chunk)
    this.#holders[slot] = (this.#holders[slot] ?? 0) + 1
  }

  /** Holds it once less. Whoever waits for a slot gets it when nobody is left. */
  release(chunk: Uint8Array): void {
    const slot = slotOf(chunk)
    const left = (this.#holders[slot] ?? 0) - 1
    const next = left === 0 ? this.#waiting.shift() : undefined
    this.#holders[slot] = next ? 1 : left
    next?.(slot)
  }
}

function slotOf(chunk: Uint8Array): number {
  return Math.floor((chunk.byteOffset - firstSlot) / strideBytes)
}
