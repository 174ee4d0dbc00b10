/**
 * CRC-32C (Castagnoli) and CRC-64/NVME, which S3's clients use and Node's zlib lacks; reflected, a table of one byte each.
 * @see https://reveng.sourceforge.io/crc-catalogue/all.htm
 */

export interface RunningCrc {
  update(chunk: Uint8Array): void
  /** Big-endian, as S3 writes it. */
  digest(): Buffer
}

const castagnoli = 0x82f63b78
const nvme = { high: 0x9a6c9329, low: 0xac4bc9b5 }
const allOnes = 0xffffffff

const castagnoliTable = new Uint32Array(256).map((_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? (value >>> 1) ^ castagnoli : value >>> 1
  }
  return value
})

/** 64 bits are held in halves: BigInt would be a hundred times slower. */
const nvmeHigh = new Uint32Array(256)
const nvmeLow = new Uint32Array(256)
for (let byte = 0; byte < 256; byte += 1) {
  let high = 0
  let low = byte
  for (let bit = 0; bit < 8; bit += 1) {
    const falls = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (falls) {
      high ^= nvme.high
      low ^= nvme.low
    }
  }
  nvmeHigh[byte] = high
  nvmeLow[byte] = low
}

export function createCrc32c(): RunningCrc {
  let value = allOnes
  return {
    update(chunk) {
      let running = value
      for (const byte of chunk) {
        running = (castagnoliTable[(running ^ byte) & 0xff] ?? 0) ^ (running >>> 8)
      }
      value = running
    },
    digest() {
      const bytes = Buffer.alloc(4)
      bytes.writeInt32BE(~value)
      return bytes
    },
  }
}

export function createCrc64Nvme(): RunningCrc {
  let high = allOnes
  let low = allOnes
  return {
    update(chunk) {
      let upper = high
      let lower = low
      for (const byte of chunk) {
        const index = (lower ^ byte) & 0xff
        lower = ((lower >>> 8) | (upper << 24)) ^ (nvmeLow[index] ?? 0)
        upper = (upper >>> 8) ^ (nvmeHigh[index] ?? 0)
      }
      high = upper
      low = lower
    },
    digest() {
      const bytes = Buffer.alloc(8)
      bytes.writeInt32BE(~high)
      bytes.writeInt32BE(~low, 4)
      return bytes
    },
  }
}
