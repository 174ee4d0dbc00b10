/** Low-rank adaptation (Hu et al. 2021): W x + (alpha / rank) B A x, with W frozen and only A and B trained. */
import type { LoraTarget } from '../../../shared/hyperparameters.ts'
import { dimensionAt, type Graph, type Tensor } from '../graph/graph.ts'
import { dropout, gatherRows, linear, scale } from '../graph/operations.ts'
import { mulberry32 } from '../random.ts'
import type { ModelConfig } from './config.ts'
import type { ParameterBlock } from './parameters.ts'
import { layerParameterName, type ParameterSpec, parameterSpecs } from './parameters.ts'
import type { AttentionContext, Projection, Weights } from './transformer.ts'

export interface LoraOptions {
  readonly rank: number
  readonly alpha: number
  /** Share of an adapter's inputs that is zeroed in a training step. */
  readonly dropout: number
  readonly targets: readonly LoraTarget[]
}

/** The layers' matrices that get an adapter, in the order of the layers. */
function targetedMatrices(config: ModelConfig, { targets }: LoraOptions) {
  const wanted = new Set<string>(targets)
  return parameterSpecs(config).filter(({ name, shape }) => {
    const [, , , , part] = name.split('.')
    return shape.length === 2 && part !== undefined && wanted.has(part)
  })
}

/** Named as PEFT names them in adapter_model.safetensors. A is (rank, inputs), B (outputs, rank). */
export function loraName(weightName: string, factor: 'A' | 'B'): string {
  return `base_model.model.${weightName.replace(/\.weight$/, '')}.lora_${factor}.weight`
}

export function loraSpecs(config: ModelConfig, options: LoraOptions): ParameterSpec[] {
  return targetedMatrices(config, options).flatMap(({ name, shape: [outputs = 0, inputs = 0] }) => [
    { name: loraName(name, 'A'), shape: [options.rank, inputs], decays: true },
    { name: loraName(name, 'B'), shape: [outputs, options.rank], decays: true },
  ])
}

/** A uniform in ±1/sqrt(inputs), B zero, as PEFT does: the adapted model starts as the base model. */
export function initializeLora(adapter: ParameterBlock, seed: number): void {
  const random = mulberry32(seed)
  for (const { spec, data } of adapter.parameters) {
    if (spec.name.includes('lora_B')) continue
    const bound = 1 / Math.sqrt(spec.shape[1] ?? 1)
    for (let index = 0; index < data.length; index += 1) data[index] = (2 * random() - 1) * bound
  }
}

/** The uniform numbers in [0, 1) that dropout compares with, (tokens, inputs), and the share it zeroes. */
export interface DropoutSource {
  readonly noise: Tensor
  readonly share: number
  /** Where the last layer computes some rows only, these. */
  readonly pickedRows: Tensor | undefined
}

/** The adapter's part of a decoder. `dropoutSource` is null outside training. */
export function loraAdapter(
  graph: Graph,
  adapter: Weights,
  options: LoraOptions,
  dropoutSource: DropoutSource | null,
): NonNullable<AttentionContext['adapter']> {
  const sites = new Map<string, number>()
  return (layer: number, projection: Projection, x: Tensor) => {
    const name = layerParameterName(layer, projection)
    const down = adapter.get(loraName(name, 'A'))
    const up = adapter.get(loraName(name, 'B'))
    if (!down || !up) return null
    // A layer that is computed a second time leaves out the same.
    const site = sites.get(name) ?? sites.size + 1
    sites.set(name, site)
    const input = dropoutSource
      ? dropout(graph, x, noiseFor(graph, x, dropoutSource), dropoutSource.share, site)
      : x
    const low = scale(graph, linear(graph, input, down), options.alpha / options.rank)
    return linear(graph, low, up)
  }
}

/** A row keeps its own numbers wherever it stands. */
function noiseFor(graph: Graph, x: Tensor, { noise, pickedRows }: DropoutSource): Tensor {
  const isWhole = dimensionAt(x.shape, 0) === dimensionAt(noise.shape, 0)
  return isWhole || !pickedRows ? noise : gatherRows(graph, noise, pickedRows)
}

/** Adds (alpha / rank) B A to each targeted matrix, in place. Gives a function that puts the old ones back. */
export function mergeLora(
  weights: ParameterBlock,
  adapter: ParameterBlock,
  config: ModelConfig,
  options: LoraOptions,
): () => void {
  const dataByName = new Map(
    [...weights.parameters, ...adapter.parameters].map(({ spec, data }) => [spec.name, data]),
  )
  const dataOf = (name: string) => {
    const data = dataByName.get(name)
    if (!data) throw new Error(`There is no weight ${name}.`)
    return data
  }
  const factor = options.alpha / options.rank
  const originals = targetedMatrices(config, options).map(({ name, shape: [, inputs = 0] }) => {
    const target = dataOf(name)
    const original = target.slice()
    const down = dataOf(loraName(name, 'A'))
    const up = dataOf(loraName(name, 'B'))
    const row = new Float64Array(inputs)
    for (let output = 0; output * inputs < target.length; output += 1) {
      row.fill(0)
      for (let component = 0; component < options.rank; component += 1) {
        const weight = factor * (up[output * options.rank + component] as number)
        const begin = component * inputs
        for (let input = 0; input < inputs; input += 1)
          row[input] = (row[input] as number) + weight * (down[begin + input] as number)
      }
      const begin = output * inputs
      for (let input = 0; input < inputs; input += 1)
        target[begin + input] = (target[begin + input] as number) + (row[input] as number)
    }
    return { target, original }
  })
  return () => {
    for (const { target, original } of originals) target.set(original)
  }
}

/** The value of PEFT's adapter_config.json. */
export function adapterConfigJson(
  options: LoraOptions,
  baseModel: string,
): Record<string, unknown> {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel,
    r: options.rank,
    lora_alpha: options.alpha,
    lora_dropout: options.dropout,
    target_modules: options.targets,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    modules_to_save: null,
    revision: null,
  }
}
