/** How a training step's time and memory grow with the model and with the length of its sequences. */
import { parseModelConfig } from '../../electron/engine/model/config.ts'
import { parameterSpecs } from '../../electron/engine/model/parameters.ts'
import type { BenchOptions, BenchResult } from './result.ts'
import { type ShapeName, shapes } from './shapes.ts'
import { engineFigures } from './train.ts'

const lengths = [128, 512, 1024]
const threads = 2
const lora = { rank: 8, alpha: 16, targets: ['q_proj', 'v_proj'] } as const

interface Measured {
  readonly parameters: number
  readonly length: number
  readonly seconds: number
  readonly megabytes: number
}

export async function benchScale({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const steps = quick ? 1 : 3
  const sizes: readonly ShapeName[] = quick ? ['5M', '15M'] : ['5M', '15M', '135M', '360M']
  const measured: Measured[] = []
  const results: BenchResult[] = []
  const figure = (name: string, metric: string, value: number, unit: string, n: number) =>
    results.push({
      suite: 'scale',
      case: name,
      metric,
      value,
      unit,
      peer: null,
      peerValue: null,
      ratio: null,
      n,
    })
  for (const size of sizes) {
    const shape = shapes[size]
    for (const length of lengths) {
      const figures = engineFigures({ shape, lora, batch: 1, length, steps, threads })
      const seconds = length / figures.tokensPerSecond
      const name = `${size} LoRA r=8 q,v 1x${length}`
      say(`${name}: ${seconds.toFixed(3)} s, ${figures.peakMegabytes.toFixed(0)} MB`)
      figure(name, 'training step', seconds, 's', steps)
      figure(name, 'peak memory', figures.peakMegabytes, 'MB', steps)
      measured.push({
        parameters: parametersOf(shape),
        length,
        seconds,
        megabytes: figures.peakMegabytes,
      })
    }
  }
  const middle = lengths[1] ?? 0
  const largest = Math.max(...measured.map(({ parameters }) => parameters))
  const byParameters = measured.filter(({ length }) => length === middle)
  const byLength = measured.filter(({ parameters }) => parameters === largest)
  for (const [name, points, along] of [
    [`parameters at 1x${middle}`, byParameters, 'parameters'],
    [`tokens at ${sizes.at(-1) ?? ''}`, byLength, 'length'],
  ] as const) {
    for (const metric of ['seconds', 'megabytes'] as const)
      figure(
        name,
        `fitted exponent of ${metric === 'seconds' ? 'step time' : 'peak memory'}`,
        slope(points.map((point) => [Math.log(point[along]), Math.log(point[metric])])),
        '',
        points.length,
      )
  }
  return results
}

function parametersOf(shape: unknown): number {
  return parameterSpecs(parseModelConfig(shape)).reduce(
    (sum, spec) => sum + spec.shape.reduce((product, size) => product * size, 1),
    0,
  )
}

/** Of the least-squares line. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (pick: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length
  const meanX = mean(([x]) => x)
  const meanY = mean(([, y]) => y)
  return mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2)
}
