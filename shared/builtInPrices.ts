import type { StoragePrices } from './cost.ts'

/**
 * Rough prices of machines for when the price list can't be asked: on demand, by the hour, us-east-1, in US
 * dollars. Nobody has held them against AWS's list yet, so they have no date and are shown as an unchecked estimate.
 */
const inUsEast1: Readonly<Record<string, number>> = {
  'ml.m5.large': 0.115,
  'ml.m5.xlarge': 0.23,
  'ml.m5.2xlarge': 0.461,
  'ml.g4dn.xlarge': 0.736,
  'ml.g4dn.2xlarge': 0.94,
  'ml.g4dn.12xlarge': 4.89,
  'ml.g5.xlarge': 1.408,
  'ml.g5.2xlarge': 1.515,
  'ml.g5.4xlarge': 2.03,
  'ml.g5.8xlarge': 3.06,
  'ml.g5.12xlarge': 7.09,
  'ml.g5.24xlarge': 10.18,
  'ml.g5.48xlarge': 20.36,
}

/** Only the region it was made for is known. Training and hosting cost the same there. */
export function builtInPrices(region: string): Readonly<Record<string, number>> {
  return region === 'us-east-1' ? inUsEast1 : {}
}

/** By the gigabyte and month, as rough and as unchecked: S3's standard class, and the disk of a training machine. */
export function builtInStorage(region: string): StoragePrices {
  return region === 'us-east-1'
    ? { bucketPerGbMonth: 0.023, diskPerGbMonth: 0.14 }
    : { bucketPerGbMonth: null, diskPerGbMonth: null }
}
