/**
 * Groups of nearly equal texts among millions: signatures that share a band are compared, the others are not. Each band is
 * sorted into parts first, so that what is compared lies close together and memory stays bounded.
 */
import { partCount, Partitions } from '../partitions.ts'
import { createSigner } from './signatures.ts'
import { similarityModule } from './similarityModule.ts'
import { signatureWords } from './textKernel.ts'

/** The text's number, and its signature: each word of it is a band. */
const recordWords = 1 + signatureWords
/** Of the signatures, and of one band of them: 32 MB each. */
const mostWords = 8_000_000
/** Texts of one part that are compared at once, 36 MB: more of them only where very many share a phrase. */
const mostAtOnce = 1_000_000

export class SimilarTexts {
  readonly #texts = new Partitions(recordWords, mostWords, 1)
  readonly #record = new Uint32Array(recordWords)
  readonly #atOnce: number

  constructor(atOnce = mostAtOnce) {
    this.#atOnce = atOnce
  }

  /** Texts come in ascending order of their numbers. @param at where the signature begins in `words` */
  add(text: number, words: Uint32Array, at: number): void {
    this.#record[0] = text
    for (let word = 0; word < signatureWords; word += 1) {
      this.#record[1 + word] = words[at + word] as number // a signature has so many words
    }
    this.#texts.add(0, this.#record, 0)
  }

  /**
   * @param count more than any text's number
   * @param isLeftOut texts that belong to no group
   * @returns for each text the smallest number of its group; a text that is like no other is its own group
   */
  group(count: number, isLeftOut: (text: number) => boolean = () => false): Int32Array {
    const groups = new Groups(count, this.#atOnce)
    const sorted = new Partitions(recordWords, mostWords)
    // Where most texts share their bands, as those made of phrases do, looking for the others gains nothing.
    let areMostShared = false
    try {
      for (let band = 1; band < recordWords; band += 1) {
        const shared = areMostShared ? null : this.#sharedKeys(count, band)
        let texts = 0
        let taken = 0
        for (const words of this.#texts.read(0)) {
          texts += words.length / recordWords
          for (let at = 0; at < words.length; at += recordWords) {
            const hash = hashOf(words[at + band] as number) // within the stretch
            if (shared && !shared.isShared(hash)) continue
            if (isLeftOut(words[at] as number)) continue
            sorted.add(hash >>> 26, words, at)
            taken += 1
          }
        }
        areMostShared = taken * 2 > texts
        for (let part = 0; part < partCount; part += 1) groups.join(sorted, part, band)
        sorted.clear()
      }
    } finally {
      sorted.close()
    }
    return groups.settle()
  }

  close(): void {
    this.#texts.close()
  }

  /** Most texts share a band with no other one, and need not be sorted. */
  #sharedKeys(count: number, band: number): SharedKeys {
    const keys = new SharedKeys(count)
    for (const words of this.#texts.read(0)) {
      for (let at = band; at < words.length; at += recordWords) {
        keys.add(hashOf(words[at] as number)) // within the stretch
      }
    }
    return keys
  }
}

interface Exports {
  readonly memory: WebAssembly.Memory
  group(
    entries: number,
    count: number,
    band: number,
    heads: number,
    mask: number,
    next: number,
  ): void
  settle(count: number): void
}

const pageBytes = 65_536
let compiled: WebAssembly.Module | undefined

/** similarity.wat with its memory: the parents of all texts, and what is being compared. */
class Groups {
  readonly #exports: Exports
  readonly #count: number
  readonly #atOnce: number

  constructor(count: number, atOnce: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(similarityModule, 'base64'))
    const { exports } = new WebAssembly.Instance(compiled)
    this.#exports = exports as unknown as Exports // as similarity.wat exports them
    this.#count = count
    this.#atOnce = atOnce
    this.#reserve(0)
    const parents = new Uint32Array(this.#exports.memory.buffer, 0, count)
    for (let text = 0; text < count; text += 1) parents[text] = text
  }

  /** Joins those of a part that share the band and are similar. */
  join(sorted: Partitions, part: number, band: number): void {
    const room = Math.min(sorted.sizeOf(part) / recordWords, this.#atOnce)
    if (room === 0) return
    const size = 2 ** Math.ceil(Math.log2(Math.max(room, 4) * 1.5))
    const heads = this.#entriesAt + room * recordWords * 4
    const next = heads + size * 4
    this.#reserve((room * recordWords + size + room) * 4)
    const { buffer } = this.#exports.memory
    const entries = new Uint32Array(buffer, this.#entriesAt, room * recordWords)
    const compare = (count: number) =>
      this.#exports.group(this.#entriesAt, count, band, heads, size - 1, next)
    let count = 0
    for (const words of sorted.read(part)) {
      for (let at = 0; at < words.length;) {
        if (count === room) {
          compare(count)
          count = keepFirst(entries, new Int32Array(buffer, heads, size), room >>> 1)
        }
        const taken = words.subarray(at, at + (room - count) * recordWords)
        entries.set(taken, count * recordWords)
        count += taken.length / recordWords
        at += taken.length
      }
    }
    compare(count)
  }

  /** The first text of each text's group. */
  settle(): Int32Array {
    this.#exports.settle(this.#count)
    return new Int32Array(this.#exports.memory.buffer, 0, this.#count)
  }

  get #entriesAt(): number {
    return Math.ceil((this.#count * 4) / 16) * 16
  }

  #reserve(bytes: number): void {
    const { memory } = this.#exports
    const missing = this.#entriesAt + bytes - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes))
  }
}

/** Moves the first entry of each band to the front, for those that are still to come. @returns how many there are */
function keepFirst(entries: Uint32Array, heads: Int32Array, most: number): number {
  const firsts = heads
    .filter((head) => head >= 0)
    .sort()
    .subarray(0, most)
  firsts.forEach((head, index) => {
    entries.copyWithin(index * recordWords, head * recordWords, (head + 1) * recordWords)
  })
  return firsts.length
}

/** Whether a hash was added more than once, or one that has most of its bits. */
class SharedKeys {
  readonly #once: Uint32Array
  readonly #twice: Uint32Array
  readonly #mask: number

  /** Eight bits for each hash, and 16 MB at most. */
  constructor(count: number) {
    const bits = 2 ** Math.min(27, Math.ceil(Math.log2(Math.max(count, 32) * 8)))
    this.#once = new Uint32Array(bits / 32)
    this.#twice = new Uint32Array(bits / 32)
    this.#mask = bits - 1
  }

  add(hash: number): void {
    const bit = hash & this.#mask
    // Within both, as the mask has it.
    const seen = this.#once[bit >>> 5] as number
    const one = 1 << (bit & 31)
    if (seen & one) this.#twice[bit >>> 5] = (this.#twice[bit >>> 5] as number) | one
    else this.#once[bit >>> 5] = seen | one
  }

  isShared(hash: number): boolean {
    const bit = hash & this.#mask
    return (((this.#twice[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1
  }
}

/** For each text the first one that is nearly the same: itself, mostly. */
export function groupTexts(texts: readonly string[]): Int32Array {
  const sign = createSigner()
  const similar = new SimilarTexts()
  try {
    texts.forEach((text, index) => {
      const signature = sign(Buffer.from(text))
      if (signature) similar.add(index, signature, 0)
    })
    return similar.group(texts.length)
  } finally {
    similar.close()
  }
}

function hashOf(key: number): number {
  const mixed = Math.imul(key ^ (key >>> 16), 0x9e3779b1)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
