/** AWS's partitions: separate clouds with names, prices and accounts of their own. */

export type Partition =
  'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-iso' | 'aws-iso-b' | 'aws-iso-e' | 'aws-iso-f' | 'aws-eusc'

/** First match counts; whatever is left is the standard partition. Source: botocore's partitions.json. */
const byRegion: readonly (readonly [RegExp, Partition])[] = [
  [/^cn-/, 'aws-cn'],
  [/^us-gov-/, 'aws-us-gov'],
  [/^us-iso-/, 'aws-iso'],
  [/^us-isob-/, 'aws-iso-b'],
  [/^eu-isoe-/, 'aws-iso-e'],
  [/^us-isof-/, 'aws-iso-f'],
  [/^eusc-/, 'aws-eusc'],
]

export function partitionOf(region: string): Partition {
  return byRegion.find(([pattern]) => pattern.test(region))?.[1] ?? 'aws'
}

/** What the names of a region's services end in. Source: botocore's partitions.json. */
const domains: Readonly<Record<Partition, string>> = {
  aws: 'amazonaws.com',
  'aws-cn': 'amazonaws.com.cn',
  'aws-us-gov': 'amazonaws.com',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
  'aws-eusc': 'amazonaws.eu',
}

export function domainOf(region: string): string {
  return domains[partitionOf(region)]
}

/** What AWS bills in there. */
export function currencyOf(region: string): 'USD' | 'CNY' {
  return partitionOf(region) === 'aws-cn' ? 'CNY' : 'USD'
}

/** Whether AWS tells prices there by an API. Source: botocore's endpoints.json. */
export function hasPriceList(region: string): boolean {
  return partitionOf(region) !== 'aws-us-gov'
}

/** The global services of a partition are signed for one of its regions. */
export function globalRegionOf(region: string): string {
  switch (partitionOf(region)) {
    case 'aws':
      return 'us-east-1'
    case 'aws-cn':
      return 'cn-north-1'
    case 'aws-us-gov':
      return 'us-gov-west-1'
    default:
      return region
  }
}

interface ArnParts {
  readonly service: string
  readonly region?: string
  readonly account?: string
  readonly resource: string
}

/** @param ofRegion a region of the partition; `parts.region` stays empty for global services */
export function arnIn(ofRegion: string, parts: ArnParts): string {
  const { service, region = '', account = '', resource } = parts
  return ['arn', partitionOf(ofRegion), service, region, account, resource].join(':')
}
