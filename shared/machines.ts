/** What a machine at AWS has for a model, and what a model needs of it. */

/** Gigabytes of one accelerator, and how many of them each size has; sizes that are not named have one. */
interface Family {
  readonly gigabytes: number
  readonly counts: Readonly<Record<string, number>>
}

const four = { '12xlarge': 4, '24xlarge': 4, '48xlarge': 8 }

/** @see https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html */
const families: Readonly<Record<string, Family>> = {
  g4dn: { gigabytes: 16, counts: { '12xlarge': 4 } },
  g5: { gigabytes: 24, counts: four },
  g6: { gigabytes: 24, counts: four },
  g6e: { gigabytes: 48, counts: four },
  p3: { gigabytes: 16, counts: { '8xlarge': 4, '16xlarge': 8 } },
  p4d: { gigabytes: 40, counts: { '24xlarge': 8 } },
  p4de: { gigabytes: 80, counts: { '24xlarge': 8 } },
  p5: { gigabytes: 80, counts: { '48xlarge': 8 } },
  p5e: { gigabytes: 141, counts: { '48xlarge': 8 } },
  p5en: { gigabytes: 141, counts: { '48xlarge': 8 } },
}

/** Of all its GPUs together, in gigabytes; null: it has none, or it is not known. @param instanceType ml.g5.2xlarge */
export function gpuMemoryOf(instanceType: string): number | null {
  const count = acceleratorsOf(instanceType)
  const family = familyOf(instanceType)
  return family && count !== null ? family.gigabytes * count : null
}

/** Null: it has none, or it is not known. */
export function acceleratorsOf(instanceType: string): number | null {
  const [, , size = ''] = instanceType.split('.')
  const family = familyOf(instanceType)
  return family ? (family.counts[size] ?? 1) : null
}

/** General, compute and memory machines: those have no accelerator. */
export function isCpuMachine(instanceType: string): boolean {
  return /^ml\.[cmrt]\d/.test(instanceType)
}

function familyOf(instanceType: string): Family | undefined {
  return families[instanceType.split('.')[1] ?? '']
}

/**
 * A machine that a model can be trained on with an adapter, for where AWS chooses one and does not say which: the smallest
 * that JumpStart takes for the models of that size whose documents are published (7, 13 and 40 billion parameters).
 */
export function trainingMachineFor(parameterCount: number | null): string {
  if (parameterCount === null || parameterCount > 20e9) return 'ml.g5.48xlarge'
  return parameterCount > 8e9 ? 'ml.g5.24xlarge' : 'ml.g5.12xlarge'
}

/** For what is worked out beside the weights, and for what was said so far. */
const spare = 1.2
const bytesOfWeight = 2

/** To serve it in bfloat16, in gigabytes. Source: weights of two bytes each, and a fifth beside them as a rule of thumb. */
export function servingMemoryOf(parameterCount: number): number {
  return (parameterCount * bytesOfWeight * spare) / 1e9
}
