import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { reckonedHourly, reckonedPrice, reckonedStorage } from '../../shared/builtInPrices.ts'
import { currencyOf } from '../../shared/partition.ts'
import { reckonedPriceSentences } from '../../shared/reckonedPriceSentences.ts'

/** Those of SageMaker, by partition. Source: botocore's endpoints.json. */
const regions = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-south-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-central-1',
  'ca-west-1',
  'eu-central-1',
  'eu-central-2',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'cn-north-1',
  'cn-northwest-1',
  'us-gov-east-1',
  'us-gov-west-1',
]

const model = z
  .object({ shapes: z.record(z.string(), z.looseObject({ enum: z.array(z.string()).optional() })) })
  .parse(JSON.parse(readFileSync('test/support/aws/models/sagemaker.json', 'utf8')))
const types = [
  ...new Set(
    ['Training', 'ProductionVariant', 'Processing', 'Transform'].flatMap(
      (use) => model.shapes[`${use}InstanceType`]?.enum ?? [],
    ),
  ),
]

test.each([...regions, 'us-iso-east-1', 'xx-nowhere-9'])(
  'every machine that SageMaker rents out has a number in %s',
  (region) => {
    expect(types.length).toBeGreaterThan(300)
    const hourly = reckonedHourly(region)
    expect(types.filter((type) => !((hourly[type] ?? 0) > 0))).toEqual([])
    expect(reckonedPrice(region, 'ml.g5.2xlarge')?.currency).toBe(currencyOf(region))
    expect(reckonedStorage(region).bucketPerGbMonth).toBeGreaterThan(0)
    expect(reckonedStorage(region).diskPerGbMonth).toBeGreaterThan(0)
  },
)

/** SageMaker's own, as public tables (2025 and 2026) and a bill (Ireland, 2023) quote them. */
test.each([
  ['us-east-1', 'ml.m5.xlarge', 0.23],
  ['us-east-1', 'ml.m5.2xlarge', 0.461],
  ['us-east-1', 'ml.c5.4xlarge', 0.816],
  ['us-east-1', 'ml.c7i.xlarge', 0.214],
  ['us-east-1', 'ml.g4dn.xlarge', 0.7364],
  ['us-east-1', 'ml.g4dn.2xlarge', 0.94],
  ['us-east-1', 'ml.g4dn.12xlarge', 4.89],
  ['us-east-1', 'ml.g5.xlarge', 1.4084],
  ['us-east-1', 'ml.g5.2xlarge', 1.515],
  ['us-east-1', 'ml.g5.12xlarge', 7.09],
  ['us-east-1', 'ml.g5.24xlarge', 10.18],
  ['us-east-1', 'ml.g5.48xlarge', 20.36],
  ['us-east-1', 'ml.g6.2xlarge', 1.222],
  ['us-east-1', 'ml.g6.48xlarge', 16.688],
  ['us-east-1', 'ml.inf2.xlarge', 0.99],
  ['us-east-1', 'ml.inf2.48xlarge', 15.58],
  ['us-east-1', 'ml.p3.2xlarge', 3.825],
  ['us-east-1', 'ml.trn1.32xlarge', 28.497],
  ['us-west-2', 'ml.m5.large', 0.115],
  ['us-west-2', 'ml.g6.xlarge', 1.127],
  ['us-west-2', 'ml.g6.4xlarge', 1.654],
  ['us-west-2', 'ml.p4d.24xlarge', 25.251286],
  ['us-west-2', 'ml.p5.48xlarge', 63.296],
  ['eu-west-1', 'ml.m5.xlarge', 0.257],
  ['eu-west-1', 'ml.g4dn.xlarge', 0.822],
  ['eu-west-1', 'ml.g4dn.4xlarge', 1.678],
  ['eu-west-1', 'ml.g4dn.12xlarge', 5.453],
  ['eu-west-1', 'ml.g5.xlarge', 1.57],
  ['eu-west-1', 'ml.g5.12xlarge', 7.91],
  ['eu-west-1', 'ml.p3.2xlarge', 4.131],
  ['eu-west-3', 'ml.g4dn.xlarge', 0.861],
  ['eu-west-3', 'ml.g4dn.2xlarge', 1.099],
  ['eu-west-3', 'ml.g6.xlarge', 1.4302],
])('in %s %s costs what SageMaker was quoted with', (region, type, quoted) => {
  const price = reckonedPrice(region, type)
  expect(price?.of).toBe('here')
  expect((price?.perHour ?? 0) / quoted).toBeGreaterThan(0.99)
  expect((price?.perHour ?? 0) / quoted).toBeLessThan(1.02)
})

test('in China it is EC2’s price in yuan that counts', () => {
  expect(reckonedPrice('cn-north-1', 'ml.g5.2xlarge')?.ec2PerHour).toBeCloseTo(11.46, 1)
  expect(reckonedPrice('cn-northwest-1', 'ml.p4d.24xlarge')?.ec2PerHour).toBeCloseTo(172.9, 0)
  expect(reckonedPrice('cn-north-1', 'ml.m5.xlarge')).toMatchObject({ of: 'here', asOf: '2024-11' })
})

test('what is not known of a region is the dearest of its kind or of that region, and called so', () => {
  // A family that Frankfurt does not have: São Paulo's is the dearest.
  const elsewhere = reckonedPrice('eu-central-1', 'ml.p5.48xlarge')
  expect(elsewhere?.of).toBe('dearest')
  expect(elsewhere?.perHour).toBeCloseTo(reckonedPrice('sa-east-1', 'ml.p5.48xlarge')?.perHour ?? 0)
  // Ningxia's processors have no price here: none of Beijing's is dearer.
  const ningxia = reckonedPrice('cn-northwest-1', 'ml.m5.xlarge')
  expect(ningxia).toMatchObject({ of: 'dearest', currency: 'CNY' })
  expect(ningxia?.perHour).toBeGreaterThanOrEqual(
    reckonedPrice('cn-north-1', 'ml.m5.xlarge')?.perHour ?? Number.NaN,
  )
  const unheard = reckonedPrice('xx-nowhere-9', 'ml.g5.2xlarge')
  expect(unheard?.of).toBe('dearest')
  for (const region of regions.filter((one) => currencyOf(one) === 'USD'))
    expect(unheard?.perHour).toBeGreaterThanOrEqual(
      reckonedPrice(region, 'ml.g5.2xlarge')?.perHour ?? Number.NaN,
    )
  expect(reckonedPrice('us-east-1', 'ml.unheard.of')).toBeNull()
})

test('a machine that is sold by plan alone costs as much as one that is no cheaper', () => {
  const price = reckonedPrice('us-east-1', 'ml.p5e.48xlarge')
  expect(price).toMatchObject({ standIn: 'ml.p5en.48xlarge' })
  expect(price?.perHour).toBe(reckonedPrice('us-east-1', 'ml.p5en.48xlarge')?.perHour)
})

test('the arithmetic comes out', () => {
  for (const region of ['us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1']) {
    const [sentence] = reckonedPriceSentences(region, 'ml.g5.12xlarge', 'en')
    const { ec2, markUp, price } = sentence?.values ?? {}
    const number = (text: unknown) => Number(String(text).replace(/[^\d.]/g, ''))
    expect(number(ec2) * number(markUp)).toBeCloseTo(number(price), 1)
  }
  expect(reckonedPriceSentences('eu-central-1', 'ml.g5.2xlarge', 'en')).toEqual([
    {
      key: 'catalog:reckoned.here',
      values: {
        type: 'ml.g5.2xlarge',
        region: 'eu-central-1',
        ec2: '$1.52',
        markUp: '1.25',
        price: '$1.90',
        month: 'January 2026',
      },
    },
  ])
  expect(
    reckonedPriceSentences('cn-north-1', 'ml.p5e.48xlarge', 'zh').map(({ key }) => key),
  ).toEqual(['catalog:reckoned.dearest', 'catalog:reckoned.standIn'])
})
