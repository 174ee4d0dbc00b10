import { expect, test } from 'vitest'
import { gradients } from '../../../../electron/engine/graph/gradient.ts'
import { Graph, type Tensor } from '../../../../electron/engine/graph/graph.ts'
import * as operations from '../../../../electron/engine/graph/operations.ts'
import { Session, type TensorValue } from '../../../../electron/engine/graph/session.ts'
import { mulberry32 } from '../../../../electron/engine/random.ts'

type Inputs = Record<string, TensorValue>

function normal(shape: number[], seed: number): TensorValue {
  const random = mulberry32(seed)
  const size = shape.reduce((product, item) => product * item, 1)
  return { shape, data: Float32Array.from({ length: size }, () => (random() * 2 - 1) * 1.5) }
}

const integers = (values: number[]): TensorValue => ({
  shape: [values.length],
  data: BigInt64Array.from(values.map(BigInt)),
})

/**
 * Compares the gradients of sum(output * weights) with central differences, every element of every float input.
 */
async function checkGradients(
  inputs: Inputs,
  build: (graph: Graph, tensors: Record<string, Tensor>) => Tensor,
  frozen: readonly string[] = [],
  graph = new Graph(),
) {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, data }]) => {
      const float = data instanceof Float32Array
      return [
        name,
        graph.input(name, shape, float ? 'float32' : 'int64', float && !frozen.includes(name)),
      ]
    }),
  )
  const output = build(graph, tensors)
  const scalar = output.shape.length === 0
  const projection = normal(output.shape as number[], 99)
  // A scalar output is the loss itself; else the loss is a fixed random projection of the output.
  const loss = scalar
    ? output
    : sumOfProducts(graph, output, graph.constant(projection.data, projection.shape as number[]))
  const names = Object.values(tensors).filter((tensor) => tensor.trainable)
  gradients(graph, loss, names).forEach((gradient, index) =>
    graph.output(`gradient:${names[index]!.name}`, gradient),
  )
  graph.output('loss', loss)
  const session = await Session.create(graph, { threads: 2 })
  const feeds = new Map(Object.entries(inputs))
  const lossAt = async () => {
    const [value] = await session.run(feeds, ['loss'])
    return Number(value.data[0])
  }
  for (const { name } of names) {
    const [gradient] = await session.run(feeds, [`gradient:${name}`])
    expect(gradient.shape).toEqual(inputs[name]!.shape)
    const data = inputs[name]!.data as Float32Array
    const step = 2 ** -6
    let scale = 0
    for (const value of gradient.data) scale = Math.max(scale, Math.abs(Number(value)))
    expect(scale).toBeGreaterThan(0)
    for (let index = 0; index < data.length; index += 1) {
      const value = data[index]!
      data[index] = value + step
      const above = await lossAt()
      data[index] = value - step
      const below = await lossAt()
      data[index] = value
      const difference = (above - below) / (2 * step)
      expect(Math.abs(Number(gradient.data[index]) - difference), `${name}[${index}]`).toBeLessThan(
        2e-3 * scale + 1e-4,
      )
    }
  }
  await session.close()
}

function sumOfProducts(graph: Graph, output: Tensor, projection: Tensor): Tensor {
  const product = operations.mul(graph, output, projection)
  const total = graph.node('ReduceSum', [product], [], { keepdims: 0 })
  return graph.record(total, [product], (gradient) => [
    graph.node('Expand', [gradient, graph.integers(product.shape as number[])], product.shape),
  ])
}

test('linear has the right gradients', () =>
  checkGradients({ x: normal([3, 4], 1), w: normal([5, 4], 2) }, (graph, { x, w }) =>
    operations.linear(graph, x!, w!),
  ))

test('a bias of linear has the right gradient', () =>
  checkGradients(
    { x: normal([3, 4], 1), w: normal([5, 4], 2), b: normal([5], 3) },
    (graph, { x, w, b }) => operations.linear(graph, x!, w!, b!),
  ))

test('dropout has the right gradient, zeroes its share, and keeps the mean', async () => {
  const noise = {
    shape: [2, 6],
    data: Float32Array.from([0.1, 0.9, 0.33, 0.47, 0.71, 0.05, 0.2, 0.6, 0.8, 0.13, 0.5, 0.99]),
  }
  await checkGradients(
    { x: normal([2, 4], 1), noise },
    (graph, { x, noise }) => operations.dropout(graph, x!, noise!, 0.4, 3),
    ['noise'],
  )
  const graph = new Graph()
  const size = [100, 200]
  const ones = graph.constant(new Float32Array(20_000).fill(1), size)
  const random = mulberry32(4)
  const uniform = graph.constant(Float32Array.from({ length: 20_000 }, random), size)
  graph.output('a', operations.dropout(graph, ones, uniform, 0.25, 1))
  graph.output('b', operations.dropout(graph, ones, uniform, 0.25, 2))
  const session = await Session.create(graph, { threads: 1 })
  const [a, b] = await session.run(new Map(), ['a', 'b'])
  const zeroed = (data: ArrayLike<unknown>) =>
    Array.from(data, Number).filter((value) => value === 0).length / 20_000
  expect(zeroed(a.data)).toBeCloseTo(0.25, 1)
  expect(Array.from(a.data, Number).reduce((sum, value) => sum + value, 0) / 20_000).toBeCloseTo(
    1,
    1,
  )
  // Two sites choose independently: both are zeroed for about 0.25 squared.
  const both = Array.from(a.data, Number).map((value, index) => value + Number(b.data[index]))
  expect(zeroed(both)).toBeGreaterThan(0.04)
  expect(zeroed(both)).toBeLessThan(0.09)
  await session.close()
})

test.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])('matmul has the right gradients with transposes %s, %s', (transposeA, transposeB) =>
  checkGradients(
    {
      a: normal(transposeA ? [2, 2, 4, 3] : [2, 2, 3, 4], 1),
      b: normal(transposeB ? [2, 2, 5, 4] : [2, 2, 4, 5], 2),
    },
    (graph, { a, b }) => operations.matmul(graph, a!, b!, { transposeA, transposeB, alpha: 0.7 }),
  ),
)

test('a tensor used twice gets both gradients', () =>
  checkGradients({ x: normal([2, 3], 1) }, (graph, { x }) =>
    operations.add(graph, operations.mul(graph, x!, x!), operations.scale(graph, x!, -1.3)),
  ))

test('SiLU has the right gradient', () =>
  checkGradients({ x: normal([4, 5], 1) }, (graph, { x }) => operations.silu(graph, x!)))

test('RMSNorm has the right gradients', () =>
  checkGradients({ x: normal([4, 6], 1), w: normal([6], 2) }, (graph, { x, w }) =>
    operations.rmsNorm(graph, x!, w!, 1e-5),
  ))

test('RMSNorm in steps that every device knows has the right gradients', () =>
  checkGradients(
    { x: normal([4, 6], 1), w: normal([6], 2) },
    (graph, { x, w }) => operations.rmsNorm(graph, x!, w!, 1e-5),
    [],
    new Graph({ isPortable: true }),
  ))

test('reshape and transpose have the right gradients', () =>
  checkGradients({ x: normal([2, 3, 4], 1) }, (graph, { x }) =>
    operations.reshape(graph, operations.transpose(graph, x!, [2, 0, 1]), [4, 6]),
  ))

test('the rotary embedding has the right gradient', () =>
  checkGradients({ x: normal([2, 3, 8], 1) }, (graph, { x }) => {
    const angles = [0, 0, 0.3, 0.1, 0.6, 0.2]
    const sine = angles.map(Math.sin)
    return operations.rotary(graph, x!, {
      cosine: graph.constant(Float32Array.from(angles, Math.cos), [3, 2]),
      sine: graph.constant(Float32Array.from(sine), [3, 2]),
      negatedSine: graph.constant(
        Float32Array.from(sine, (value) => -value),
        [3, 2],
      ),
      offset: graph.integers([0]),
    })
  }))

test('masked softmax has the right gradient and no weight on masked entries', () =>
  checkGradients({ x: normal([2, 2, 3, 3], 1) }, (graph, { x }) =>
    operations.maskedSoftmax(
      graph,
      x!,
      graph.constant(new Float32Array([0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0]), [3, 3]),
    ),
  ))

test('row gather adds up the gradients of repeated rows', () =>
  checkGradients(
    { table: normal([5, 3], 1), rows: integers([4, 1, 4, 4, 0]) },
    (graph, { table, rows }) => operations.gatherRows(graph, table!, rows!),
  ))

test('row gather adds thousands of gradients to one row exactly, whatever the threads', async () => {
  const count = 4096
  const graph = new Graph()
  const table = graph.input('table', [7, 64], 'float32', true)
  const rows = graph.constant(
    BigInt64Array.from({ length: count }, (_, index) => BigInt(index % 2)),
    [count],
  )
  const ones = graph.constant(new Float32Array(count * 64).fill(1), [count, 64])
  const loss = sumOfProducts(graph, operations.gatherRows(graph, table, rows), ones)
  graph.output('gradient', gradients(graph, loss, [table])[0]!)
  const session = await Session.create(graph, { threads: 2 })
  const feeds = new Map([['table', normal([7, 64], 3)]])
  for (let run = 0; run < 20; run += 1) {
    const [{ data: gradient }] = await session.run(feeds, ['gradient'])
    for (let index = 0; index < gradient.length; index += 1)
      expect(gradient[index]).toBe(index < 128 ? count / 2 : 0)
  }
  await session.close()
})

test('cross-entropy with its head has the right gradients and ignores rows of weight 0', () =>
  checkGradients(
    {
      hidden: normal([4, 3], 1),
      weight: normal([6, 3], 2),
      labels: integers([5, 0, 2, 2]),
      rowWeights: { shape: [4], data: new Float32Array([0.5, 0.25, 0.25, 0]) },
    },
    (graph, { hidden, weight, labels, rowWeights }) =>
      operations.linearCrossEntropy(graph, hidden!, weight!, labels!, rowWeights!).loss,
    ['rowWeights'],
  ))

test('cross-entropy gives each row its negative log-likelihood', async () => {
  const graph = new Graph()
  const { rowLosses } = operations.linearCrossEntropy(
    graph,
    graph.constant(new Float32Array([1, 0, 0, 1]), [2, 2]),
    graph.constant(new Float32Array([1, 2, 3, 4, 5, 60]), [3, 2]),
    graph.constant(new BigInt64Array([2n, 1n]), [2]),
    graph.constant(new Float32Array([1, 1]), [2]),
  )
  graph.output('rows', rowLosses)
  const session = await Session.create(graph, { threads: 1 })
  const [rows] = await session.run(new Map(), ['rows'])
  const [first, second] = rows.data
  expect(first).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(3) + Math.exp(5)) - 5, 5)
  expect(second).toBeCloseTo(56, 4)
  await session.close()
})
