/**
 * Whether an endpoint can outlive its end: random walks of the state machine through a model of AWS, and runs against the
 * real engine that crash between or within requests.
 */
import { createClients } from '../../electron/aws/clients.ts'
import { describeHubModel } from '../../electron/aws/hub.ts'
import { createConnections } from '../../electron/aws/workspace.ts'
import { ListModelsCommand } from '@aws-sdk/client-sagemaker'
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler'
import { crashRun } from '../../test/support/endpointCrashes.ts'
import { startTestEngine, tinyModelId } from '../../test/support/engine.ts'
import { walk } from './endpointWorld.ts'
import type { BenchOptions, BenchResult } from './result.ts'

const eventsOfAWalk = 120

export async function benchEndpoints(options: BenchOptions): Promise<BenchResult[]> {
  const walks = options.quick ? 2_000 : 200_000
  const runs = options.quick ? 5 : 500
  return [...explore(walks, options), ...(await crash(runs, options))]
}

function explore(walks: number, { say }: BenchOptions): BenchResult[] {
  let violations = 0
  let created = 0
  let components = 0
  for (let seed = 1; seed <= walks; seed += 1) {
    const result = walk(seed, eventsOfAWalk)
    created += result.asked['create-endpoint'] ?? 0
    components += result.asked['create-component'] ?? 0
    if (result.violation === null) continue
    violations += 1
    say(`Seed ${seed}: ${result.violation}\n${result.trace.join('\n')}`)
  }
  say(
    `${walks} walks of ${eventsOfAWalk} events, ${created} requests for an endpoint, ${components} for a component`,
  )
  return [
    figure('random walks of the model', 'walks', walks, walks),
    figure('random walks of the model', 'endpoints asked for', created, walks),
    figure('random walks of the model', 'components asked for', components, walks),
    figure('random walks of the model', 'violations', violations, walks),
  ]
}

async function crash(runs: number, { say }: BenchOptions): Promise<BenchResult[]> {
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const engine = await startTestEngine({ now })
  const target = { kind: 'local' as const, ...engine.engine.connection }
  const connections = createConnections(async () => ({
    target,
    executionRoleArn: null,
    bucket: null,
    prefix: 'timbre',
    kmsKeyArn: null,
    vpc: null,
    tags: [],
  }))
  const connection = await connections.connect('local')
  const clients = createClients(target)
  try {
    const hubModel = await describeHubModel(clients, tinyModelId)
    const modelUri = hubModel.hostingArtifactUri
    let orphans = 0
    let crashes = 0
    for (let seed = 1; seed <= runs; seed += 1) {
      const result = await crashRun(seed, {
        connection,
        now,
        wish: {
          workspaceId: 'local',
          purpose: 'test',
          title: 'Tiny',
          modelKey: modelUri,
          variants: [
            {
              candidateId: null,
              title: 'Tiny',
              modelUri,
              image: hubModel.hostingImage,
              instanceType: hubModel.hostingInstanceType,
              instanceCount: 1,
            },
          ],
        },
        async passTime(milliseconds) {
          aheadMs += milliseconds
          // The clients learn the engine's new time from the answer that refuses the old.
          const { scheduler } = await connection.clients.cloud()
          await connection.clients.sageMaker.send(new ListModelsCommand({})).catch(() => undefined)
          await scheduler.send(new ListSchedulesCommand({})).catch(() => undefined)
        },
      })
      orphans += result.orphans.length
      crashes += result.crashes
      if (result.orphans.length > 0) say(`Seed ${seed}: ${result.trace.join(', ')}`)
      if (seed % 50 === 0) say(`${seed} of ${runs} runs, ${crashes} crashes, ${orphans} orphans`)
    }
    return [
      figure('crash runs against the engine', 'crashes', crashes, runs),
      figure('crash runs against the engine', 'orphans', orphans, runs),
    ]
  } finally {
    clients.destroy()
    connections.close()
    await engine.stop()
  }
}

function figure(name: string, metric: string, value: number, n: number): BenchResult {
  return {
    suite: 'endpoints',
    case: name,
    metric,
    value,
    unit: 'count',
    peer: null,
    peerValue: null,
    ratio: null,
    n,
  }
}
