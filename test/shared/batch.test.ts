import { TransformInstanceType } from '@aws-sdk/client-sagemaker'
import { expect, test } from 'vitest'
import { batchRequestSchema, servesTransform } from '../../shared/batch.ts'

test('knows the machines that SageMaker has for transform jobs', () => {
  expect(Object.values(TransformInstanceType).filter((type) => !servesTransform(type))).toEqual([])
  for (const type of ['ml.p4d.24xlarge', 'ml.p5.48xlarge', 'ml.t3.medium', 'ml.g7e.2xlarge'])
    expect(servesTransform(type)).toBe(false)
})

test('a request for another machine is refused', () => {
  const request = {
    speaker: { kind: 'candidate', candidateId: 'one' },
    datasetId: 'file',
    column: 'prompt',
    settings: { maxNewTokens: 1, temperature: 0, topP: 0.9, seed: 1 },
  }
  expect(batchRequestSchema.parse(request).transform).toBeNull()
  const on = (instanceType: string) =>
    batchRequestSchema.safeParse({ ...request, transform: { instanceType } }).success
  expect(on('ml.g5.2xlarge')).toBe(true)
  expect(on('ml.p5.48xlarge')).toBe(false)
})
