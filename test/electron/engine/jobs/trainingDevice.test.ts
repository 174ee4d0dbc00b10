import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  describeDevice,
  openTrainingDevice,
  type TrainingDeviceOptions,
} from '../../../../electron/engine/jobs/trainingDevice.ts'
import {
  type DeviceOutcome,
  otherProviders,
  probeDevice,
} from '../../../../electron/engine/train/deviceProbe.ts'

let directory: string
let file: string
let tried: string[]

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-device-'))
  file = path.join(directory, 'device.json')
  tried = []
})
afterEach(() => rm(directory, { recursive: true }))

const providers = ['cuda', 'coreml', 'webgpu'] as const

function choose(
  outcomes: Partial<Record<string, DeviceOutcome | 'throws'>>,
  overrides: Partial<TrainingDeviceOptions> = {},
) {
  return openTrainingDevice({
    file,
    threads: 1,
    providers,
    probe: async ({ provider }) => {
      tried.push(provider)
      const outcome = outcomes[provider] ?? 'unavailable'
      if (outcome === 'throws') throw new Error('The process went down.')
      return { provider, outcome, detail: '' }
    },
    ...overrides,
  })()
}

test('the first device that is right and fast is used, and found out once', async () => {
  const outcomes = { cuda: 'wrong', coreml: 'used', webgpu: 'used' } as const
  expect((await choose(outcomes)).provider).toBe('coreml')
  expect((await choose(outcomes)).provider).toBe('coreml')
  expect(tried).toEqual(['cuda', 'coreml'])
})

test('the processor is used where nothing else is, and the reasons are said', async () => {
  const device = await choose({ cuda: 'unavailable', coreml: 'wrong', webgpu: 'slower' })
  expect(device.provider).toBe('cpu')
  expect(describeDevice(device, 2)).toEqual([
    'CUDA does not start here.',
    'CoreML gives other results.',
    'WebGPU is slower.',
    'Computing on the processor with 2 threads.',
  ])
})

test('a device that takes the process down twice is left alone', async () => {
  const outcomes = { cuda: 'throws', coreml: 'used' } as const
  await expect(choose(outcomes)).rejects.toThrow('went down')
  await expect(choose(outcomes)).rejects.toThrow('went down')
  const device = await choose(outcomes)
  expect(device.provider).toBe('coreml')
  expect(device.trials[0]).toMatchObject({ provider: 'cuda', outcome: 'crashed' })
  expect(tried).toEqual(['cuda', 'cuda', 'coreml'])
})

test('a damaged memory, or one of another computer, is made anew', async () => {
  await writeFile(file, '{')
  expect((await choose({ webgpu: 'used' })).provider).toBe('webgpu')
  expect((await choose({}, { providers: ['cuda'] })).provider).toBe('cpu')
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ trying: null })
})

test('every device of this build is tried for real, and none makes the trial fail', async () => {
  for (const provider of otherProviders()) {
    const trial = await probeDevice(provider, 1)
    expect(['used', 'unavailable', 'wrong', 'slower']).toContain(trial.outcome)
    if (trial.outcome === 'unavailable') expect(trial.detail).not.toBe('')
  }
})
