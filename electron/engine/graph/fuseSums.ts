/**
 * A sum that one side of is a product becomes the product's own last operand (Gemm's C): one pass over memory and one
 * tensor less. Residuals, adapters and gradients from several sides are such sums.
 */
import type { Graph, GraphNode } from './graph.ts'

/** The graph's nodes, in an order in which they can run. */
export function fuseSums({ nodes, sums, outputs }: Graph): GraphNode[] {
  const uses = new Map<string, number>()
  const use = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1)
  for (const { inputs } of nodes) inputs.forEach(use)
  for (const { name } of outputs) use(name)

  /** Products with room for a sum, by their output, and their place among `fused`. */
  const products = new Map<string, number>()
  const fused: (GraphNode | null)[] = []
  for (const node of nodes) {
    const [output = ''] = node.outputs
    const fusedNode = sums.has(output) ? withSum(node) : node
    if (isOpenProduct(fusedNode)) products.set(output, fused.length)
    fused.push(fusedNode)
  }
  return fused.filter((node) => node !== null)

  /** The sum as the later of its products; itself where neither side is one that nobody else needs. */
  function withSum(sum: GraphNode): GraphNode {
    const [left = '', right = ''] = sum.inputs
    const placeOf = (name: string) => (uses.get(name) === 1 ? (products.get(name) ?? -1) : -1)
    const [product, other] = placeOf(left) > placeOf(right) ? [left, right] : [right, left]
    const place = placeOf(product)
    const node = fused[place]
    if (!node) return sum
    fused[place] = null
    return { ...node, inputs: [...node.inputs, other], outputs: sum.outputs }
  }
}

function isOpenProduct({ operator, inputs }: GraphNode): boolean {
  return operator === 'Gemm' && inputs.length === 2
}
