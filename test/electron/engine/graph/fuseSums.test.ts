import { expect, test } from 'vitest'
import { fuseSums } from '../../../../electron/engine/graph/fuseSums.ts'
import { Graph, type Tensor } from '../../../../electron/engine/graph/graph.ts'

function product(graph: Graph, x: Tensor, weight: Tensor): Tensor {
  return graph.node('Gemm', [x, weight], [2, 2])
}

function build(emit: (graph: Graph, x: Tensor, weight: Tensor) => Tensor) {
  const graph = new Graph()
  const output = emit(graph, graph.input('x', [2, 2]), graph.input('w', [2, 2]))
  graph.output('y', output)
  return fuseSums(graph).map(({ operator, inputs }) => `${operator}(${inputs.join(', ')})`)
}

test('a sum goes into the product that only it needs', () => {
  expect(build((graph, x, weight) => graph.sum(x, product(graph, x, weight)))).toEqual([
    'Gemm(x, w, x)',
    'Identity(Add_2)',
  ])
})

test('of two products the later one takes the sum, so that both can run before it', () => {
  const nodes = build((graph, x, weight) =>
    graph.sum(product(graph, x, weight), product(graph, weight, x)),
  )
  expect(nodes).toEqual(['Gemm(x, w)', 'Gemm(w, x, Gemm_1)', 'Identity(Add_3)'])
})

test('a chain of sums takes one product after the other', () => {
  const nodes = build((graph, x, weight) =>
    graph.sum(graph.sum(x, product(graph, x, weight)), product(graph, weight, x)),
  )
  expect(nodes).toEqual(['Gemm(x, w, x)', 'Gemm(w, x, Add_2)', 'Identity(Add_4)'])
})

test.each([
  [
    'somebody else needs the product too',
    (graph: Graph, x: Tensor, weight: Tensor) => {
      const shared = product(graph, x, weight)
      return graph.sum(shared, graph.node('Neg', [shared], [2, 2]))
    },
  ],
  [
    'the product has a bias already',
    (graph: Graph, x: Tensor, weight: Tensor) =>
      graph.sum(x, graph.node('Gemm', [x, weight, x], [2, 2])),
  ],
  ['nothing is a product', (graph: Graph, x: Tensor, weight: Tensor) => graph.sum(x, weight)],
])('a sum stays where %s', (_, emit) => {
  expect(build(emit).some((node) => node.startsWith('Add('))).toBe(true)
})
