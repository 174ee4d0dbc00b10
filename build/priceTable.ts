/**
 * `node build/bootstrap.cjs priceTable KARPENTER EC2_INSTANCES_INFO AWS_GPU`: makes shared/priceTable.ts, which tells what
 * Amazon EC2 asks for the machines that SageMaker rents out, from checkouts of three public collections of AWS's price list:
 *
 *   github.com/aws/karpenter-provider-aws       us-east-1, AWS GovCloud, Beijing
 *   github.com/LeanerCloud/ec2-instances-info   processors, all commercial regions
 *   github.com/tsaol/aws-gpu                    accelerators, all commercial regions and China
 *
 * Regions are kept as ratios to us-east-1, because a family has the same one in all its sizes; families whose regions and
 * ratios are alike share a column that has the dearest of them.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { repositoryRoot } from './repositoryRoot.ts'

/** By type and region, by the hour. */
type Prices = Map<string, Map<string, number>>
/** By family and region. */
type Ratios = Map<string, Map<string, number>>

/** As far apart families of one column may be, and the share of its regions in which they have to be offered. */
const alike = 0.03
const leastShare = 0.5
/** Kept dear on purpose in some regions, which would make them the dearest of all. */
const previousGenerations = ['c4', 'm4', 'p2', 't2']
const isRegion = (name: string) => /^[a-z]{2}(-gov)?-[a-z]+-\d$/.test(name)
const isAccelerated = (family: string) => /^(g\d|p\d|inf|trn|dl)/.test(family)
const familyOf = (type: string) => type.split('.')[0] ?? ''

function main([karpenter, instancesInfo, awsGpu]: readonly string[]): void {
  if (karpenter === undefined || instancesInfo === undefined || awsGpu === undefined) {
    console.error('Name the checkouts of karpenter-provider-aws, ec2-instances-info and aws-gpu.')
    process.exitCode = 1
    return
  }
  const ofKarpenter = (partition: string) =>
    readGo(path.join(karpenter, 'pkg/providers/pricing', `zz_generated.pricing_${partition}.go`))
  const home = ofKarpenter('aws')
  const gov = ofKarpenter('aws_us_gov')
  const china = ofKarpenter('aws_cn')
  const processors = readInstances(path.join(instancesInfo, 'data/instances.json'))
  const cards = readCards(path.join(awsGpu, 'data/all_gpu_instances.js'))
  const cardsInChina = readInstances(path.join(awsGpu, 'data/gpu_instances_raw_cn.json'))
  const types = rentedTypes()
  const families = new Set(
    types.map(familyOf).filter((family) => !previousGenerations.includes(family)),
  )
  const wanted = (isWanted: (family: string) => boolean) => new Set([...families].filter(isWanted))
  const accelerated = wanted(isAccelerated)
  const others = wanted((family) => !isAccelerated(family))
  const tables = [
    {
      asOf: cards.asOf,
      ratios: merged(
        ratiosOf(cards.prices, [cards.prices, home.prices], accelerated),
        ratiosOf(cardsInChina, [cards.prices, home.prices], accelerated),
      ),
    },
    {
      asOf: '2025-05',
      ratios: without(ratiosOf(processors, [processors], others), (region) => /-gov-/.test(region)),
    },
    { asOf: gov.asOf, ratios: ratiosOf(gov.prices, [home.prices], families) },
    { asOf: china.asOf, ratios: ratiosOf(china.prices, [home.prices], others) },
  ]
  const text = [
    '/**',
    ' * What Amazon EC2 asks by the hour, on demand, for the machines that SageMaker rents out: in us-east-1 in US dollars, and',
    ' * elsewhere as a ratio to that (in China of yuan to dollars). Made by build/priceTable.ts, which names the sources.',
    ' */',
    '',
    'export interface PriceText {',
    '  /** Year and month. */',
    '  readonly asOf: string',
    '  readonly rows: string',
    '}',
    '',
    '/** A family and its sizes in each row. */',
    `export const inUsEast1: PriceText = { asOf: '${home.asOf}', rows: \``,
    ...rowsOfBase(types, home.prices),
    '` }',
    '',
    '/** In the first row the families, in each other one a region and the ratios of its columns; a dash: not offered. */',
    'export const ratios: readonly PriceText[] = [',
    ...tables.flatMap(({ asOf, ratios }) => [
      `{ asOf: '${asOf}', rows: \``,
      ...rowsOfRatios(ratios),
      '` },',
    ]),
    ']',
    '',
  ].join('\n')
  writeFileSync(path.join(repositoryRoot, 'shared/priceTable.ts'), text)
  const left = types.filter((type) => !home.prices.get(type)?.has('us-east-1'))
  console.log(`${types.length - left.length} machines; without a price: ${left.join(', ')}`)
}

const modelSchema = z.object({
  shapes: z.record(z.string(), z.looseObject({ enum: z.array(z.string()).optional() })),
})

/** Those that SageMaker trains, hosts, processes and transforms on, without `ml.`. */
function rentedTypes(): string[] {
  const file = path.join(repositoryRoot, 'test/support/aws/models/sagemaker.json')
  const { shapes } = modelSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const names = ['Training', 'ProductionVariant', 'Processing', 'Transform']
  const types = names.flatMap((name) => shapes[`${name}InstanceType`]?.enum ?? [])
  return [...new Set(types)].map((type) => type.replace(/^ml\./, '')).sort()
}

/** Go source with a map of maps, and the day on which it was made. */
function readGo(file: string): { asOf: string; prices: Prices } {
  const prices: Prices = new Map()
  const source = readFileSync(file, 'utf8')
  let region = ''
  for (const line of source.split('\n')) {
    region = /^\t"([a-z0-9-]+)": \{/.exec(line)?.[1] ?? region
    for (const [, type = '', price] of line.matchAll(/"([a-z0-9-]+\.[a-z0-9-]+)": ([\d.]+)/g))
      put(prices, type, region, Number(price))
  }
  return { asOf: /generated at (\d{4}-\d{2})/.exec(source)?.[1] ?? '', prices }
}

const instanceSchema = z.object({
  instance_type: z.string(),
  pricing: z.record(
    z.string(),
    z.looseObject({
      linux: z.looseObject({ ondemand: z.coerce.number().optional() }).optional(),
    }),
  ),
})

function readInstances(file: string): Prices {
  const prices: Prices = new Map()
  for (const { instance_type: type, pricing } of z
    .array(instanceSchema)
    .parse(JSON.parse(readFileSync(file, 'utf8'))))
    for (const [region, { linux }] of Object.entries(pricing))
      if (linux?.ondemand !== undefined && linux.ondemand > 0)
        put(prices, type, region, linux.ondemand)
  return prices
}

const cardSchema = z.object({
  name: z.string(),
  pricing: z.record(z.string(), z.looseObject({ onDemand: z.number().optional() })),
})

/** A script that sets a list. */
function readCards(file: string): { asOf: string; prices: Prices } {
  const prices: Prices = new Map()
  const source = readFileSync(file, 'utf8')
  const list = source.slice(source.indexOf('['), source.lastIndexOf(']') + 1)
  for (const { name, pricing } of z.array(cardSchema).parse(JSON.parse(list)))
    for (const [region, { onDemand }] of Object.entries(pricing))
      if (onDemand !== undefined) put(prices, name, region, onDemand)
  return { asOf: /Last updated: (\d{4}-\d{2})/.exec(source)?.[1] ?? '', prices }
}

function put(
  prices: Map<string, Map<string, number>>,
  name: string,
  region: string,
  value: number,
) {
  prices.set(name, (prices.get(name) ?? new Map<string, number>()).set(region, value))
}

/** The dearest of a family's sizes counts; they differ by rounding. @param bases the first that has the type counts */
function ratiosOf(prices: Prices, bases: readonly Prices[], families: ReadonlySet<string>): Ratios {
  const ratios: Ratios = new Map()
  for (const [type, byRegion] of prices) {
    const family = familyOf(type)
    const base = bases.flatMap((one) => one.get(type)?.get('us-east-1') ?? [])[0]
    if (base === undefined || !families.has(family) || type.endsWith('metal')) continue
    for (const [region, price] of byRegion)
      if (isRegion(region) && region !== 'us-east-1')
        put(ratios, family, region, Math.max(price / base, ratios.get(family)?.get(region) ?? 0))
  }
  return ratios
}

function merged(...all: readonly Ratios[]): Ratios {
  const together: Ratios = new Map()
  for (const ratios of all)
    for (const [family, byRegion] of ratios)
      for (const [region, ratio] of byRegion) put(together, family, region, ratio)
  return together
}

function without(ratios: Ratios, isLeftOut: (region: string) => boolean): Ratios {
  const kept: Ratios = new Map()
  for (const [family, byRegion] of ratios)
    for (const [region, ratio] of byRegion) if (!isLeftOut(region)) put(kept, family, region, ratio)
  return kept
}

function rowsOfBase(types: readonly string[], prices: Prices): string[] {
  const sizes = new Map<string, string[]>()
  for (const type of types) {
    const price = prices.get(type)?.get('us-east-1')
    const [family = '', size = ''] = type.split('.')
    if (price !== undefined) sizes.set(family, [...(sizes.get(family) ?? []), `${size} ${price}`])
  }
  return [...sizes].map(([family, rest]) => `${family} ${rest.join(' ')}`)
}

interface Column {
  readonly families: string[]
  readonly ratios: Map<string, number>
}

function rowsOfRatios(ratios: Ratios): string[] {
  const columns: Column[] = []
  const widestFirst = [...ratios].sort((a, b) => b[1].size - a[1].size || (a[0] < b[0] ? -1 : 1))
  for (const [family, byRegion] of widestFirst) {
    const column = columns.find((one) => areAlike(one.ratios, byRegion))
    if (!column) {
      columns.push({ families: [family], ratios: new Map(byRegion) })
      continue
    }
    column.families.push(family)
    for (const [region, ratio] of byRegion)
      column.ratios.set(region, Math.max(ratio, column.ratios.get(region) ?? 0))
  }
  const regions = [...new Set(columns.flatMap((column) => [...column.ratios.keys()]))].sort()
  return [
    columns.map(({ families }) => families.join(',')).join(' '),
    ...regions.map((region) =>
      [
        region,
        ...columns.map((column) => {
          const ratio = column.ratios.get(region)
          // Rounded up, so that a reckoned price is none that is too low.
          return ratio === undefined ? '-' : String(Math.ceil(ratio * 1000 - 0.001) / 1000)
        }),
      ].join(' '),
    ),
  ]
}

function areAlike(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return (
    b.size >= leastShare * a.size &&
    [...b].every(([region, ratio]) => Math.abs(ratio / (a.get(region) ?? ratio) - 1) <= alike)
  )
}

main(process.argv.slice(2))
