import { expect, test } from 'vitest'
import { arnIn, currencyOf, domainOf, globalRegionOf, partitionOf } from '../../shared/partition.ts'

test.each([
  ['us-east-1', 'aws', 'USD', 'us-east-1'],
  ['eu-central-1', 'aws', 'USD', 'us-east-1'],
  ['cn-north-1', 'aws-cn', 'CNY', 'cn-north-1'],
  ['cn-northwest-1', 'aws-cn', 'CNY', 'cn-north-1'],
  ['us-gov-west-1', 'aws-us-gov', 'USD', 'us-gov-west-1'],
  ['us-iso-east-1', 'aws-iso', 'USD', 'us-iso-east-1'],
  ['us-isob-east-1', 'aws-iso-b', 'USD', 'us-isob-east-1'],
])('%s is in %s', (region, partition, currency, globalRegion) => {
  expect(partitionOf(region)).toBe(partition)
  expect(currencyOf(region)).toBe(currency)
  expect(globalRegionOf(region)).toBe(globalRegion)
  expect(arnIn(region, { service: 's3', resource: 'bucket/*' })).toBe(
    `arn:${partition}:s3:::bucket/*`,
  )
})

test.each([
  ['eu-central-1', 'amazonaws.com'],
  ['cn-north-1', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'amazonaws.com'],
  ['us-iso-east-1', 'c2s.ic.gov'],
  ['eusc-de-east-1', 'amazonaws.eu'],
])('services of %s are found below %s', (region, domain) => {
  expect(domainOf(region)).toBe(domain)
})
