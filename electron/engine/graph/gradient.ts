/** Reverse-mode differentiation: walks the tape backwards and emits gradient nodes into the same graph. */
import type { Graph, Tensor } from './graph.ts'

/**
 * Emits d loss / d parameter for each parameter, in order. `loss` is a scalar.
 * Throws when a parameter does not take part in the loss.
 */
export function gradients(graph: Graph, loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  const gradientByName = new Map<string, Tensor>([[loss.name, graph.scalar(1)]])
  for (const { output, inputs, rule } of graph.tape.toReversed()) {
    const gradient = gradientByName.get(output.name)
    if (!gradient) continue
    const inputGradients = rule(gradient)
    inputs.forEach((input, index) => {
      const contribution = inputGradients[index]
      if (!contribution || !input.trainable) return
      const sum = gradientByName.get(input.name)
      gradientByName.set(input.name, sum ? graph.sum(sum, contribution) : contribution)
    })
  }
  return parameters.map((parameter) => {
    const gradient = gradientByName.get(parameter.name)
    if (!gradient) throw new Error(`The loss does not depend on ${parameter.name}.`)
    return gradient
  })
}
