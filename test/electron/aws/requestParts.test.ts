import { expect, test } from 'vitest'
import { volumeKeyOf } from '../../../electron/aws/requestParts.ts'

const kmsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/any'

test.each([
  'ml.g4dn.xlarge',
  'ml.g5.2xlarge',
  'ml.g6e.12xlarge',
  'ml.p4d.24xlarge',
  'ml.p5.48xlarge',
  'ml.trn1.32xlarge',
  'ml.m5d.large',
  'ml.r7gd.xlarge',
])('%s encrypts its own disk, and is given no key', (type) => {
  expect(volumeKeyOf({ kmsKeyArn }, type)).toEqual({})
})

test.each(['ml.m5.large', 'ml.p3.2xlarge', 'ml.c6i.xlarge', 'ml.inf2.xlarge', 'ml.r7i.large'])(
  '%s has a volume, which takes the key',
  (type) => {
    expect(volumeKeyOf({ kmsKeyArn }, type)).toEqual({ VolumeKmsKeyId: kmsKeyArn })
    expect(volumeKeyOf({ kmsKeyArn: null }, type)).toEqual({})
  },
)
