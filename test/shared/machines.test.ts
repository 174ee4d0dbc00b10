import { expect, test } from 'vitest'
import { gpuMemoryOf, servingMemoryOf } from '../../shared/machines.ts'

test('a machine has the memory of all its GPUs; one without any, or an unknown one, has none to tell', () => {
  expect(gpuMemoryOf('ml.g5.2xlarge')).toBe(24)
  expect(gpuMemoryOf('ml.g5.12xlarge')).toBe(96)
  expect(gpuMemoryOf('ml.g4dn.12xlarge')).toBe(64)
  expect(gpuMemoryOf('ml.p4d.24xlarge')).toBe(320)
  expect(gpuMemoryOf('ml.m5.large')).toBeNull()
  expect(gpuMemoryOf('anything')).toBeNull()
})

test('a model of seven billion parameters fits on one GPU of 24 GB, one of thirteen does not', () => {
  const one = gpuMemoryOf('ml.g5.2xlarge') ?? 0
  expect(servingMemoryOf(7e9)).toBeLessThan(one)
  expect(servingMemoryOf(13e9)).toBeGreaterThan(one)
})
