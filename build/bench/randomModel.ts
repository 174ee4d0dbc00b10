/** A model folder of a given shape with weights that mean nothing: for measurements of time and memory. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseModelConfig } from '../../electron/engine/model/config.ts'
import { writeModelFolder } from '../../electron/engine/model/modelFolder.ts'
import { ParameterBlock, parameterSpecs } from '../../electron/engine/model/parameters.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import { type ShapeName, shapes } from './shapes.ts'

/** The tokenizer is a bundled model's, so that any reader of such folders loads it. Weights are f16 on disk. */
export async function writeRandomModel(size: ShapeName, directory: string): Promise<void> {
  const config = parseModelConfig(shapes[size])
  const weights = new ParameterBlock(parameterSpecs(config))
  for (let index = 0; index < weights.flat.length; index += 1)
    weights.flat[index] = ((index % 997) - 498) / 25_000
  const bundled = path.join(repositoryRoot, 'models', 'timbre-pico-en')
  const files = new Map(
    ['tokenizer.json', 'template.json'].map((name) => [
      name,
      readFileSync(path.join(bundled, name), 'utf8'),
    ]),
  )
  await writeModelFolder(directory, { config, weights, dtype: 'F16', files })
}
