/**
 * What trainings compute with: the first device that gives the processor's gradients faster than the processor. It is
 * found out once, when it is first needed, and remembered in a file. A driver may take the whole process down, so the
 * file says beforehand what is being tried; what was left in the middle twice is not tried again.
 */
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { type ExecutionProvider, executionProviders } from '../graph/session.ts'
import { writeFileAtomically } from '../model/atomicFile.ts'
import { type DeviceTrial, otherProviders } from '../train/deviceProbe.ts'
import type { DeviceQuestion } from '../train/deviceWorker.ts'
import { workerUrl } from '../workerUrl.ts'

const trialSchema = z.object({
  provider: z.enum(executionProviders),
  outcome: z.enum(['used', 'unavailable', 'wrong', 'slower', 'crashed']),
  detail: z.string(),
})
const memorySchema = z.object({
  /** Of everything that could change the answer. */
  key: z.string(),
  trying: z.object({ provider: z.enum(executionProviders), times: z.number().int() }).nullable(),
  trials: z.array(trialSchema),
})
/** A kill may have come from elsewhere. */
const mostTimes = 2

type Memory = z.infer<typeof memorySchema>

export interface TrainingDevice {
  readonly provider: ExecutionProvider
  /** What was tried before it, and it itself unless it is the processor. */
  readonly trials: readonly DeviceTrial[]
}

export interface TrainingDeviceOptions {
  readonly file: string
  readonly threads: number
  /** In the order in which they are tried; tests hand in their own. */
  readonly providers?: readonly ExecutionProvider[]
  readonly probe?: (question: DeviceQuestion) => Promise<DeviceTrial>
}

/** @returns a function that gives the device; it finds out at its first call */
export function openTrainingDevice(options: TrainingDeviceOptions): () => Promise<TrainingDevice> {
  let found: Promise<TrainingDevice> | null = null
  return () => (found ??= findOut(options))
}

async function findOut({
  file,
  threads,
  providers = otherProviders(),
  probe = probeInThread,
}: TrainingDeviceOptions): Promise<TrainingDevice> {
  const key = [process.platform, process.arch, process.versions.modules, ...providers].join(' ')
  let memory = readMemory(file, key)
  const remember = async (change: Partial<Memory>) => {
    memory = { ...memory, ...change }
    await writeFileAtomically(file, [JSON.stringify(memory)])
  }
  for (const provider of providers) {
    if (memory.trials.some(({ outcome }) => outcome === 'used')) break
    if (memory.trials.some((trial) => trial.provider === provider)) continue
    const before = memory.trying?.provider === provider ? memory.trying.times : 0
    await remember({ trying: { provider, times: before + 1 } })
    const trial: DeviceTrial =
      before < mostTimes
        ? await probe({ provider, threads })
        : { provider, outcome: 'crashed', detail: '' }
    await remember({ trying: null, trials: [...memory.trials, trial] })
  }
  const used = memory.trials.find(({ outcome }) => outcome === 'used')
  return { provider: used?.provider ?? 'cpu', trials: memory.trials }
}

function readMemory(file: string, key: string): Memory {
  try {
    const memory = memorySchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    if (memory.key === key) return memory
  } catch {
    // Not there yet, or damaged: it is found out anew.
  }
  return { key, trying: null, trials: [] }
}

function probeInThread(question: DeviceQuestion): Promise<DeviceTrial> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl('deviceWorker'), { workerData: question })
    let trial: DeviceTrial | null = null
    worker.once('message', (message: DeviceTrial) => (trial = message))
    worker.once('error', reject)
    worker.once('exit', () => {
      if (trial) resolve(trial)
      else reject(new Error('The device was not tried to the end.'))
    })
  })
}

const names: Readonly<Record<ExecutionProvider, string>> = {
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'CoreML',
  webgpu: 'WebGPU',
  cpu: 'the processor',
}

const reasons: Readonly<Record<Exclude<DeviceTrial['outcome'], 'used'>, string>> = {
  unavailable: 'does not start here',
  wrong: 'gives other results',
  slower: 'is slower',
  crashed: 'ended the engine when it was tried',
}

/** For the log of a training. */
export function describeDevice({ provider, trials }: TrainingDevice, threads: number): string[] {
  const count = `${threads} ${threads === 1 ? 'thread' : 'threads'}`
  return [
    ...trials.flatMap(({ provider: tried, outcome, detail }) =>
      outcome === 'used' ? [] : [`${names[tried]} ${reasons[outcome]}. ${detail}`.trim()],
    ),
    provider === 'cpu'
      ? `Computing on the processor with ${count}.`
      : `Computing with ${names[provider]}.`,
  ]
}
