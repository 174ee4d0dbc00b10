import { expect, test } from 'vitest'
import { computeOf } from '../../../electron/aws/inferenceComponents.ts'

const memory = { MinMemoryRequiredInMb: 1024 }

test.each([
  ['ml.g5.2xlarge', {}, { ...memory, NumberOfAcceleratorDevicesRequired: 1 }],
  ['ml.g5.48xlarge', {}, { ...memory, NumberOfAcceleratorDevicesRequired: 8 }],
  ['ml.m5.2xlarge', {}, { ...memory, NumberOfCpuCoresRequired: 1 }],
  // What the container is told to use, where nothing is known of the machine.
  ['ml.new1.4xlarge', { SM_NUM_GPUS: '2' }, { ...memory, NumberOfAcceleratorDevicesRequired: 2 }],
])('a copy of the model takes all accelerators of a %s %j', (instanceType, environment, wanted) => {
  expect(computeOf({ instanceType, environment })).toEqual(wanted)
})

test('a machine of which nothing is known is refused', () => {
  expect(() => computeOf({ instanceType: 'ml.new1.4xlarge', environment: {} })).toThrow(
    expect.objectContaining({ code: 'MachineUnknown' }),
  )
})
