/**
 * `npm run chaos`: the journey at AWS against the account's double behind a faulty proxy, 200 seeded runs. A run that ends
 * wrong is told with its seed. TIMBRE_CHAOS_FIRST names the first seed, TIMBRE_CHAOS_RUNS their number, to go on in pieces.
 */
import { faults } from '../../test/support/aws/faultyProxy.ts'
import { runChaosJourney, type ChaosRun } from '../../test/support/aws/chaosJourney.ts'
import type { BenchOptions, BenchResult } from './result.ts'

/** They wait more than they work. */
const runsAtATime = 8

export async function benchChaos({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const first = Number(process.env['TIMBRE_CHAOS_FIRST'] ?? 1)
  const count = Number(process.env['TIMBRE_CHAOS_RUNS'] ?? (quick ? 5 : 200))
  const seeds = Array.from({ length: count }, (_, index) => first + index)
  const runs: ChaosRun[] = []
  await Promise.all(
    Array.from({ length: runsAtATime }, async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const run = await runChaosJourney(seed)
        runs.push(run)
        for (const defect of run.defects) say(`seed ${seed}: ${defect}`)
        if (runs.length % 10 === 0) say(`${runs.length} runs`)
      }
    }),
  )
  const sum = (read: (run: ChaosRun) => number) => runs.reduce((all, run) => all + read(run), 0)
  const figure = (metric: string, value: number, unit = ''): BenchResult => ({
    suite: 'chaos',
    case: `${count} runs from seed ${first}`,
    metric,
    value,
    unit,
    peer: null,
    peerValue: null,
    ratio: null,
    n: runs.length,
  })
  const wrong = runs.filter(({ defects }) => defects.length > 0)
  if (wrong.length > 0) process.exitCode = 1
  return [
    figure('runs that ended wrong', wrong.length),
    figure(
      'requests',
      sum(({ requests }) => requests),
    ),
    figure(
      'jobs',
      sum(({ jobs }) => jobs),
    ),
    figure(
      'starts of the app in the middle',
      sum(({ restarts }) => restarts),
    ),
    ...faults.map((fault) =>
      figure(
        `fault ${fault}`,
        sum((run) => run.faults[fault]),
      ),
    ),
  ]
}
