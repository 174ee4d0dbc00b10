/** Reference values of transformers and peft (test/fixtures/reference/make.py), and the weights they were computed with. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ParameterBlock } from '../../electron/engine/model/parameters.ts'

const referenceSchema = z.object({
  models: z.record(
    z.string(),
    z.object({
      config: z.record(z.string(), z.unknown()),
      loss: z.number(),
      lastLogits: z.array(z.number()),
    }),
  ),
  lora: z.object({
    rank: z.number(),
    alpha: z.number(),
    targets: z.array(z.enum(['q_proj', 'v_proj', 'down_proj'])),
    gradients: z.record(z.string(), z.object({ norm: z.number(), first: z.array(z.number()) })),
    losses: z.array(z.number()),
  }),
})

export const reference = referenceSchema.parse(
  JSON.parse(readFileSync(new URL('../fixtures/reference/models.json', import.meta.url), 'utf8')),
)

/** make.py's formula: sin(0.7 i + the sum of the name's character codes), around 1 for norms. */
export function fillWithReferenceWeights(block: ParameterBlock): void {
  for (const { spec, data } of block.parameters) {
    const phase = [...spec.name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 1000
    const isNorm = spec.name.endsWith('norm.weight')
    for (let index = 0; index < data.length; index += 1) {
      const wave = Math.sin(0.7 * index + phase)
      data[index] = isNorm ? 1 + 0.3 * wave : 0.25 * wave
    }
  }
}

export const referenceIds = [
  Array.from({ length: 24 }, (_, i) => (7 * i * i + 3 * i + 1) % 61),
  Array.from({ length: 24 }, (_, i) => (5 * i * i + i + 2) % 61),
]
