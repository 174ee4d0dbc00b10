/** The whole journey in a workspace at AWS, on a bad day: by a seed, so that a failure can be looked at again. */
import { createHash } from 'node:crypto'
import { getVersion } from '../../../electron/db/models.ts'
import { toAppError } from '../../../shared/errors.ts'
import { isTerminal, type Candidate } from '../../../shared/model.ts'
import { importQuestions, openTestServices, type TestServices } from '../services.ts'
import { startAwsDouble, type AwsDouble } from './awsDouble.ts'
import { addDoubleWorkspace, lookAtAll, typeKeys } from './cloudServices.ts'
import { createRandom, startFaultyProxy, type Fault } from './faultyProxy.ts'
import type { Scenario } from './timeline.ts'

export interface ChaosRun {
  readonly seed: number
  readonly faults: Readonly<Record<Fault, number>>
  readonly requests: number
  readonly restarts: number
  readonly jobs: number
  /** What should not have happened; none when all went right. */
  readonly defects: readonly string[]
}

const baseModels = [
  'huggingface-llm-mistral-7b',
  'meta-textgeneration-llama-3-2-1b-instruct',
  'autopilot:Falcon40B',
  'autopilot:Mistral7B',
  'serverless:huggingface-reasoning-qwen3-4b',
  'bedrock:amazon.nova-micro-v1:0:128k',
]
/** Rounds with faults; whoever is not through by then is let through. */
const badRounds = 25
const mostRounds = 70
const mostTries = 40
const rows = 120

export async function runChaosJourney(seed: number, probability = 0.18): Promise<ChaosRun> {
  const random = createRandom(seed * 7919 + 1)
  const double = await startAwsDouble()
  const proxy = await startFaultyProxy({ target: double.url, seed, probability })
  let test = await openTestServices()
  const defects: string[] = []
  let restarts = 0
  try {
    const workspaceId = await addDoubleWorkspace(test.services, double, proxy.url)
    const planned = planEnds(double, random)
    const chosen = baseModels.filter(() => random() < 0.7)
    if (chosen.length === 0) chosen.push('huggingface-llm-mistral-7b')
    const datasetId = await importQuestions(test, rows)
    await patiently(() => acceptLicences(test, workspaceId, chosen))
    const version = await patiently(() =>
      test.services.startVersion({
        workspaceId,
        modelId: null,
        name: `Chaos ${seed}`,
        problemType: 'fine-tune-foundation-model',
        datasetId,
        columns: { question: 'question', answer: 'answer' },
        validationFraction: 0.2,
        splitSeed: 1,
        samplePrompts: [],
        candidates: chosen.map((baseModelId) => ({ baseModelId, hyperparameters: {} })),
      }),
    )
    const stopped = new Set<string>()
    const restartAt = Math.floor(random() * badRounds)
    const stopAt = Math.floor(random() * 8)
    const candidates = () => getVersion(test.services.db, version.id).candidates
    for (let round = 0; round < mostRounds; round += 1) {
      if (round === badRounds) proxy.heal()
      if (round === restartAt) {
        test = await test.reopen()
        await typeKeys(test.services.workspaces, workspaceId)
        restarts += 1
      }
      double.advance(90_000 * (0.5 + random()))
      await lookAtAll(test.services)
      if (round === stopAt) {
        const open = candidates().find(({ status }) => !isTerminal(status))
        if (open) {
          // A stop that did not get through is asked for again by the analyst.
          await patiently(() => test.services.stopCandidate(open.id))
          stopped.add(open.id)
        }
      }
      if (candidates().every(({ status }) => isTerminal(status))) break
    }
    proxy.heal()
    const ended = candidates()
    defects.push(...judge(double, ended, { planned, stopped }))
    defects.push(...double.problems.map((problem) => `AWS’s model: ${problem}`))
    defects.push(...judgeUploads(double, ended.length))
  } catch (error) {
    defects.push(`seed ${seed}: ${String((error as Error).stack ?? error)}`)
  } finally {
    await test.close()
    await proxy.close()
    await double.close()
  }
  return {
    seed,
    faults: proxy.counts,
    requests: proxy.requests,
    restarts,
    jobs: double.jobs.all.length,
    defects,
  }
}

/** Some jobs are to fail, as AWS's do. */
function planEnds(double: AwsDouble, random: () => number): Map<string, Scenario> {
  const scenarios: readonly Scenario[] = [
    'completes',
    'outOfMemory',
    'capacityError',
    'interrupted',
  ]
  const planned = new Map<string, Scenario>()
  for (const baseModelId of baseModels) {
    const scenario = scenarios[Math.floor(random() * scenarios.length)] ?? 'completes'
    planned.set(baseModelId, scenario)
    const [name = ''] = (baseModelId.split(':')[1] ?? baseModelId).split('-v1')
    double.jobs.plan(name, scenario)
  }
  return planned
}

/** As an analyst does who reads "try again". */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (tries >= mostTries || toAppError(error).code === 'Internal') throw error
    }
  }
}

async function acceptLicences(
  { services }: TestServices,
  workspaceId: string,
  ids: readonly string[],
): Promise<void> {
  const connection = await services.connect(workspaceId)
  for (const id of ids) {
    const { baseModel } = await services.catalog.describe(connection, id)
    const licence = await services.licences.read(connection, baseModel)
    if (licence) await services.licences.accept(connection, baseModel, licence.textSha256)
  }
}

function judge(
  double: AwsDouble,
  candidates: readonly Candidate[],
  { planned, stopped }: { planned: ReadonlyMap<string, Scenario>; stopped: ReadonlySet<string> },
): string[] {
  const defects: string[] = []
  const names = double.jobs.all.map(({ name }) => name)
  for (const name of names)
    if (!candidates.some(({ trainingJobName }) => trainingJobName === name))
      defects.push(`${name} was created for nobody`)
  if (new Set(names).size !== names.length) defects.push('a job was created twice')
  for (const candidate of candidates) {
    const { baseModelId, status, failure } = candidate
    const scenario = planned.get(baseModelId) ?? 'completes'
    const fails = scenario === 'outOfMemory' || scenario === 'capacityError'
    const right = fails ? ['Failed'] : ['Completed']
    // A stop may come too late, or before the job was made.
    if (stopped.has(candidate.id)) right.push('Stopped')
    if (!right.includes(status))
      defects.push(`${baseModelId} (${scenario}) is ${status}: ${JSON.stringify(failure)}`)
    if (status === 'Completed' && candidate.modelArtifactUri === null)
      defects.push(`${baseModelId} has no artifact`)
  }
  return defects
}

/** Keys are made of their content's hash: what stands there has to be that content. */
function judgeUploads(double: AwsDouble, jobs: number): string[] {
  const defects: string[] = []
  const byVersion = Map.groupBy(
    [
      ...(double.objects.buckets.get(`sagemaker-${double.region}-${double.account}`)?.objects ??
        []),
    ].filter(([key]) => key.includes('/datasets/')),
    ([key]) => key.split('/datasets/')[1]?.split('/')[0] ?? '',
  )
  if (byVersion.size === 0 && jobs > 0) defects.push('nothing was uploaded')
  for (const [hash, files] of byVersion) {
    const orders = permutations(files.map(([, object]) => object.body.toString('utf8')))
    const isWhole = orders.some(
      (texts) => createHash('sha256').update(texts.join('\0')).digest('hex') === hash,
    )
    if (!isWhole) defects.push(`the upload ${hash} is not what its name says`)
  }
  return defects
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  )
}
