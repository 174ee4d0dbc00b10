/** Reverse-mode differentiation: walks a tape backwards and emits gradient nodes into the same graph. */
import type { Graph, TapeEntry, Tensor } from './graph.ts'

/**
 * Emits d loss / d parameter for each parameter, in order. `loss` is a scalar.
 * Throws when a parameter does not take part in the loss.
 */
export function gradients(graph: Graph, loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  const pulled = pullBack(graph, graph.tape, loss, graph.scalar(1), parameters)
  return parameters.map((parameter, index) => {
    const gradient = pulled[index]
    if (!gradient) throw new Error(`The loss does not depend on ${parameter.name}.`)
    return gradient
  })
}

/** Given the gradient of a tape's output, emits those of `inputs`; null where none flows. */
function pullBack(
  graph: Graph,
  tape: readonly TapeEntry[],
  from: Tensor,
  gradientOfOutput: Tensor,
  inputs: readonly Tensor[],
): (Tensor | null)[] {
  const gradientByName = new Map([[from.name, gradientOfOutput]])
  for (const { output, inputs: operands, rule } of tape.toReversed()) {
    const gradient = gradientByName.get(output.name)
    if (!gradient) continue
    const contributions = rule(gradient)
    operands.forEach((operand, index) => {
      const contribution = contributions[index]
      if (!contribution || !operand.trainable) return
      const sum = gradientByName.get(operand.name)
      gradientByName.set(
        operand.name,
        sum ? graph.node('Add', [sum, contribution], operand.shape) : contribution,
      )
    })
  }
  return inputs.map(({ name }) => gradientByName.get(name) ?? null)
}

/**
 * What `forward` makes of x (N, D), without keeping what it computes on the way: the backward pass computes it again
 * (Chen et al. 2016). The results are the same bits.
 */
export function recomputed(graph: Graph, x: Tensor, forward: (x: Tensor) => Tensor): Tensor {
  const { output, tape } = graph.onTapeOfItsOwn(() => forward(x))
  const parameters = graph.inputs.filter(
    (input) => input.trainable && tape.some(({ inputs }) => inputs.includes(input)),
  )
  return graph.record(output, [x, ...parameters], (gradient) => {
    const again = onceKnown(graph, x, gradient)
    const copy = graph.onTapeOfItsOwn(() => forward(again))
    return pullBack(graph, copy.tape, copy.output, gradient, [again, ...parameters])
  })
}

/** x once `gradient` is known: what follows from it must be neither merged with what was computed before nor begun early. */
function onceKnown(graph: Graph, x: Tensor, gradient: Tensor): Tensor {
  const corner = graph.node(
    'Slice',
    [gradient, graph.integers([0, 0]), graph.integers([1, 1]), graph.integers([0, 1])],
    [1, 1],
  )
  const nothing = graph.node('Mul', [corner, graph.scalar(0)], [1, 1])
  return { ...graph.node('Add', [x, nothing], x.shape), trainable: x.trainable }
}
