/**
 * Prices for when AWS's list can't be asked. SageMaker's are reckoned: what EC2 asks for the machine in the region, times
 * what SageMaker asks more. Nobody has held them against AWS's list; docs/aws.md says against which figures they were.
 */
import type { Currency, StoragePrices } from './cost.ts'
import { currencyOf, partitionOf } from './partition.ts'
import { inUsEast1, ratios } from './priceTable.ts'

export interface ReckonedPrice {
  readonly perHour: number
  readonly currency: Currency
  /** What EC2 asks for it by the hour. */
  readonly ec2PerHour: number
  /** Year and month of EC2's price. */
  readonly asOf: string
  readonly markUp: number
  /** here: of the region. dearest: no price is known there, so it is the dearest of its kind elsewhere, or of any there. */
  readonly of: 'here' | 'dearest'
  /** Another machine whose price it is, for EC2 tells none of this one by the hour; it is no cheaper. */
  readonly standIn: string | null
}

/** What is rented out by plan alone has no price by the hour. */
const standIns: Readonly<Record<string, string>> = {
  'ml.p5e.48xlarge': 'ml.p5en.48xlarge',
  'ml.p6e-gb200.36xlarge': 'ml.p6-b200.48xlarge',
  'ml.trn2.48xlarge': 'ml.p6-b200.48xlarge',
}

/**
 * What SageMaker asks, as a multiple of EC2's price. Sources: SageMaker's own prices as public price tables and bills quote
 * them, divided by EC2's (test/shared/builtInPrices.test.ts has them); the first that fits counts.
 */
const markUps: readonly (readonly [type: RegExp, markUp: number])[] = [
  [/^ml\.(p[4-9]|p3dn|p3\.16)/, 1.15],
  [/^ml\.p3\.8/, 1.2],
  [/^ml\.trn/, 1.35],
  [/^ml\.inf\d\.xlarge/, 1.31],
  [/^ml\.inf/, 1.2],
  [/^ml\.g[a-z\d]+\.xlarge/, 1.4],
  [/^ml\.(g\d|p\d|dl)/, 1.25],
  [/^ml\.[cmrt]/, 1.2],
]
/** Of a kind that nobody has quoted: the dearest. */
const otherMarkUp = 1.4

interface Ratio {
  readonly family: string
  readonly region: string
  readonly ratio: number
  readonly asOf: string
}

const base = new Map<string, number>(
  rowsOf(inUsEast1.rows).flatMap(([family = '', ...cells]) =>
    cells.flatMap((size, index) =>
      index % 2 === 0 ? [[`ml.${family}.${size}`, Number(cells[index + 1])] as const] : [],
    ),
  ),
)

const known: readonly Ratio[] = ratios.flatMap(({ asOf, rows }) => {
  const [columns = [], ...others] = rowsOf(rows)
  return others.flatMap(([region = '', ...cells]) =>
    cells.flatMap((cell, index) =>
      cell === '-'
        ? []
        : (columns[index] ?? '')
            .split(',')
            .map((family) => ({ family, region, ratio: Number(cell), asOf })),
    ),
  )
})

function rowsOf(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .map((row) => row.split(' '))
}

/** For training, hosting and processing alike. Null: a machine that the table does not have. @param instanceType ml.g5.2xlarge */
export function reckonedPrice(region: string, instanceType: string): ReckonedPrice | null {
  const standIn = standIns[instanceType] ?? null
  const inDollars = base.get(standIn ?? instanceType)
  if (inDollars === undefined) return null
  const [, family = ''] = (standIn ?? instanceType).split('.')
  const { ratio, asOf, of } = ratioOf(region, family)
  const ec2PerHour = inDollars * ratio
  const markUp = markUps.find(([type]) => type.test(instanceType))?.[1] ?? otherMarkUp
  const currency = currencyOf(region)
  return { perHour: ec2PerHour * markUp, currency, ec2PerHour, asOf, markUp, of, standIn }
}

function ratioOf(
  region: string,
  family: string,
): Pick<Ratio, 'ratio' | 'asOf'> & Pick<ReckonedPrice, 'of'> {
  if (region === 'us-east-1') return { ratio: 1, asOf: inUsEast1.asOf, of: 'here' }
  const here = known.find((one) => one.region === region && one.family === family)
  return here ? { ...here, of: 'here' } : { ...dearestOf(region, family), of: 'dearest' }
}

/** Of the family in any region and of any family in the region; of all that is known where nothing is of the region. */
function dearestOf(region: string, family: string): Ratio {
  const partition = partitionOf(region)
  const there = known.filter((one) => partitionOf(one.region) === partition)
  const alike = (there.length > 0 ? there : known.filter(isInDollars)).filter(
    (one) => isAccelerated(one.family) === isAccelerated(family),
  )
  const isRegionKnown = alike.some((one) => one.region === region)
  return alike
    .filter((one) => !isRegionKnown || one.family === family || one.region === region)
    .reduce((dearest, one) => (one.ratio > dearest.ratio ? one : dearest))
}

const isInDollars = ({ region }: Ratio) => currencyOf(region) === 'USD'
const isAccelerated = (family: string) => /^(g\d|p\d|inf|trn|dl)/.test(family)

/** All machines that the table has. */
export function reckonedHourly(region: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...base.keys(), ...Object.keys(standIns)].flatMap((type) => {
      const price = reckonedPrice(region, type)
      return price ? [[type, price.perHour] as const] : []
    }),
  )
}

/** By the gigabyte and month in us-east-1, in US dollars: S3's standard class, and the disk of a training machine. */
const storageInUsEast1 = { bucket: 0.023, disk: 0.14 }
/** Year and month of the table of S3. */
export const storageAsOf = '2026-07'

/** As ratios to us-east-1, from public tables of S3's price (2026) and of a gp2 volume's, which a training machine's disk follows. */
const storageRatios: Readonly<
  Record<string, { readonly bucket?: number; readonly disk?: number }>
> = {
  'af-south-1': { bucket: 1.192 },
  'ap-northeast-1': { bucket: 1.087, disk: 1.2 },
  'ap-northeast-2': { bucket: 1.087, disk: 1.14 },
  'ap-south-1': { bucket: 1.087, disk: 1.14 },
  'ap-southeast-1': { bucket: 1.087, disk: 1.2 },
  'ap-southeast-2': { bucket: 1.087, disk: 1.2 },
  'ap-southeast-3': { bucket: 1.087 },
  'ca-central-1': { bucket: 1.087, disk: 1.1 },
  'eu-central-1': { bucket: 1.066, disk: 1.19 },
  'eu-north-1': { bucket: 1 },
  'eu-west-1': { bucket: 1, disk: 1.1 },
  'eu-west-2': { bucket: 1.044, disk: 1.16 },
  'eu-west-3': { bucket: 1.044 },
  'me-south-1': { bucket: 1.087 },
  'sa-east-1': { bucket: 1.761, disk: 1.9 },
  'us-east-1': { bucket: 1, disk: 1 },
  'us-east-2': { bucket: 1, disk: 1 },
  'us-west-1': { bucket: 1.131, disk: 1.2 },
  'us-west-2': { bucket: 1, disk: 1 },
}

/** A region that the tables don't have gets the dearest, in China times the dearest ratio of a machine. */
export function reckonedStorage(region: string): StoragePrices {
  const ratioFor = (what: 'bucket' | 'disk') => {
    const own = storageRatios[region]?.[what]
    if (own !== undefined) return own
    const dearest = Math.max(...Object.values(storageRatios).map((one) => one[what] ?? 0))
    return currencyOf(region) === 'USD' ? dearest : Math.max(dearest, dearestOf(region, 'g5').ratio)
  }
  return {
    bucketPerGbMonth: storageInUsEast1.bucket * ratioFor('bucket'),
    bucketFrom: 'table',
    diskPerGbMonth: storageInUsEast1.disk * ratioFor('disk'),
  }
}
