/** Random weights for a new model. */
import { mulberry32, normalDeviates } from '../random.ts'
import type { ModelConfig } from './config.ts'
import type { ParameterBlock } from './parameters.ts'

/**
 * Norms 1; matrices normal with deviation 0.02, those that write into the residual stream divided by
 * sqrt(2 * layers), as in GPT-2 (Radford et al. 2019, section 2.3).
 */
export function initializeWeights(block: ParameterBlock, config: ModelConfig, seed: number): void {
  const deviate = normalDeviates(mulberry32(seed))
  for (const { spec, data } of block.parameters) {
    if (spec.shape.length === 1) {
      data.fill(1)
      continue
    }
    const writesResidual = /(o_proj|down_proj)\.weight$/.test(spec.name)
    const deviation = writesResidual ? 0.02 / Math.sqrt(2 * config.layers) : 0.02
    for (let index = 0; index < data.length; index += 1) data[index] = deviate() * deviation
  }
}
