import { expect, test } from 'vitest'
import type { BaseModel } from '../../shared/model.ts'
import { rankByNearness } from '../../shared/nearestModel.ts'
import { defaultPromptTemplate } from '../../shared/promptTemplate.ts'
import type { TrainingWay } from '../../shared/trainingWay.ts'

const model = (
  id: string,
  displayName: string,
  parameterCount: number | null,
  way: TrainingWay = 'jumpStart',
): BaseModel => ({
  id,
  version: '',
  displayName,
  provider: '',
  license: '',
  description: '',
  languages: [],
  parameterCount,
  contextTokens: null,
  card: '',
  promptTemplate: defaultPromptTemplate,
  isImported: false,
  way,
  cloud: null,
  hyperparameters: [],
})

const offered = [
  model('autopilot:Falcon7B', 'Falcon 7B', 7e9, 'autopilot'),
  model('huggingface-reasoning-qwen3-4b', 'Qwen3 4B', 4e9),
  model('serverless:huggingface-reasoning-qwen3-4b', 'Qwen3 4B', 4e9, 'serverless'),
  model('huggingface-llm-qwen2-5-7b-instruct', 'Qwen2.5 7B Instruct', 7e9),
  model('huggingface-textgeneration-bloomz-560m', 'BloomZ 560M', 560e6),
  model('bedrock:amazon.nova-micro-v1:0', 'Nova Micro', null, 'bedrock'),
]
const first = (id: string, displayName: string, parameterCount: number | null) =>
  rankByNearness({ id, displayName, parameterCount }, offered)[0]?.id

test('takes the same model, by JumpStart where it is offered in two ways', () => {
  expect(first('qwen3-4b', 'Qwen3-4B', 4e9)).toBe('huggingface-reasoning-qwen3-4b')
})

test('takes the family before a model of the same size', () => {
  expect(first('qwen2-5-0-5b-instruct', 'Qwen2.5-0.5B-Instruct', 0.5e9)).toBe(
    'huggingface-llm-qwen2-5-7b-instruct',
  )
})

test('takes the nearest in size where no name is alike', () => {
  expect(first('timbre-nano-en-zh', 'Timbre Nano', 4.7e6)).toBe(
    'huggingface-textgeneration-bloomz-560m',
  )
})

test('offers all of them', () => {
  const ranked = rankByNearness({ id: 'x', displayName: 'X', parameterCount: null }, offered)
  expect(ranked).toHaveLength(offered.length)
})
