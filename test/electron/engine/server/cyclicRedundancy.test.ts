import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import {
  createCrc32c,
  createCrc64Nvme,
  type RunningCrc,
} from '../../../../electron/engine/server/cyclicRedundancy.ts'

function hexOf(create: () => RunningCrc, ...chunks: Uint8Array[]): string {
  const running = create()
  for (const chunk of chunks) running.update(chunk)
  return running.digest().toString('hex')
}

const check = Buffer.from('123456789')

test('gives the check values of the catalogue', () => {
  expect(hexOf(createCrc32c, check)).toBe('e3069283')
  expect(hexOf(createCrc64Nvme, check)).toBe('ae8b14860a799888')
})

test('gives the values that RFC 3720 and the NVM Express specification print', () => {
  const zeros = Buffer.alloc(32)
  const ones = Buffer.alloc(32, 0xff)
  const rising = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
  expect(hexOf(createCrc32c, zeros)).toBe('8a9136aa')
  expect(hexOf(createCrc32c, ones)).toBe('62a8ab43')
  expect(hexOf(createCrc32c, rising)).toBe('46dd794e')
  expect(hexOf(createCrc64Nvme, Buffer.alloc(4096))).toBe('6482d367eb22b64e')
  expect(hexOf(createCrc64Nvme, Buffer.alloc(4096, 0xff))).toBe('c0ddba7302eca3ac')
})

test('of nothing it is zero', () => {
  expect(hexOf(createCrc32c)).toBe('00000000')
  expect(hexOf(createCrc64Nvme)).toBe('0000000000000000')
})

test('does not depend on where the content is cut', () => {
  const content = randomBytes(10_000)
  for (const create of [createCrc32c, createCrc64Nvme]) {
    const whole = hexOf(create, content)
    for (const cut of [0, 1, 7, 8, 4097, 9999]) {
      expect(hexOf(create, content.subarray(0, cut), content.subarray(cut))).toBe(whole)
    }
  }
})

test('a single changed bit changes both, as it does with CRC-32', () => {
  const content = randomBytes(1000)
  const changed = Buffer.from(content)
  changed[500] = (changed[500] ?? 0) ^ 1
  expect(crc32(changed)).not.toBe(crc32(content))
  expect(hexOf(createCrc32c, changed)).not.toBe(hexOf(createCrc32c, content))
  expect(hexOf(createCrc64Nvme, changed)).not.toBe(hexOf(createCrc64Nvme, content))
})
