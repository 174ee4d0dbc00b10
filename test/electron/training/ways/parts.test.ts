import { expect, test } from 'vitest'
import { countInName, isFineTunable } from '../../../../electron/aws/hubDocument.ts'
import { readCurve } from '../../../../electron/aws/bedrockJobs.ts'
import { readPrice } from '../../../../electron/aws/preflight/prices.ts'
import { longestAutoMLJobName } from '../../../../electron/training/jobNames.ts'
import {
  autopilotModels,
  mostAutoMLJobs,
} from '../../../../electron/training/ways/autopilotModels.ts'
import { bedrockFamilyOf } from '../../../../electron/training/ways/bedrockFamilies.ts'
import { readRecipe } from '../../../../electron/training/ways/recipe.ts'
import { ways } from '../../../../electron/training/ways/ways.ts'
import { baseModelIdOf, estimateTokens, readBaseModelId } from '../../../../shared/trainingWay.ts'

test.each([
  ['huggingface-llm-falcon-7b-bf16', 7e9],
  ['meta-textgeneration-llama-3-2-1b-instruct', 1e9],
  ['huggingface-textgeneration-bloomz-560m', 560e6],
  ['huggingface-reasoning-qwen3-1-7b', 1.7e9],
  ['huggingface-reasoning-qwen3-06b', 600e6],
  ['huggingface-llm-qwen2-5-7b-instruct', 7e9],
  ['meta-textgeneration-llama-2-7b', 7e9],
  ['meta-textgeneration-llama-3-1-8b-instruct', 8e9],
  ['meta.llama3-3-70b-instruct-v1:0:128k', 70e9],
  ['huggingface-text2text-flan-t5-xl', null],
])('reads the size from %s', (id, count) => {
  expect(countInName(id)).toBe(count)
})

test('an id says its way, whatever colons it holds', () => {
  for (const reference of [
    { way: 'jumpStart', name: 'tiny-base' },
    { way: 'bedrock', name: 'amazon.nova-micro-v1:0:128k' },
    { way: 'autopilot', name: 'Falcon40B' },
  ] as const)
    expect(readBaseModelId(baseModelIdOf(reference))).toEqual(reference)
  expect(readBaseModelId('strange:name')).toEqual({ way: 'jumpStart', name: 'strange:name' })
})

test('Autopilot has all of AWS’s models, with the limits of Falcon and Llama', () => {
  expect(autopilotModels).toHaveLength(18)
  const limits = (name: string) => {
    const model = autopilotModels.find((known) => known.name === name)
    return [model?.mostRows, model?.tokens, model?.needsEula]
  }
  expect(limits('Falcon7B')).toEqual([1000, 1024, false])
  expect(limits('Falcon40B')).toEqual([10_000, 1024, false])
  expect(limits('Llama2-13B')).toEqual([7000, 2048, true])
  expect(['us-east-1', 'eu-west-2', 'sa-east-1'].map(mostAutoMLJobs)).toEqual([4, 2, 1])
})

test.each(['Help desk', '客服语气', 'a'.repeat(60), '---'])('names fit every way: %s', (name) => {
  for (const way of Object.values(ways)) {
    const made = way.nameJob(name, 'huggingface-llm-falcon-40b-instruct-bf16')
    expect(made).toMatch(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)
    expect(made).not.toContain('--')
    if (way.way === 'autopilot') expect(made.length).toBeLessThanOrEqual(longestAutoMLJobName)
  }
})

test('builds a form from a recipe, without what the service fills in', () => {
  const fields = readRecipe(
    JSON.stringify({
      data_path: { type: 'string', default: '' },
      max_epochs: { type: 'integer', default: 5, min: 1, max: 100 },
      learning_rate: { type: 'float', default: 2e-5, min: 5e-7, max: 1e-4 },
      global_batch_size: { type: 'integer', default: 16, enum: [8, 16] },
      merge_weights: { type: 'boolean', default: true },
      strange: { type: 'string', default: '<script>' },
      broken: 7,
    }),
  )
  expect(fields).toEqual([
    { name: 'max_epochs', type: 'int', default: '5', min: 1, max: 100, advanced: false },
    {
      name: 'learning_rate',
      type: 'float',
      default: '0.00002',
      min: 5e-7,
      max: 1e-4,
      advanced: false,
    },
    {
      name: 'global_batch_size',
      type: 'int',
      default: '16',
      options: ['8', '16'],
      advanced: false,
    },
    {
      name: 'merge_weights',
      type: 'text',
      default: 'true',
      options: ['true', 'false'],
      advanced: true,
    },
  ])
})

test('reads Bedrock’s curves, and passes over lines without numbers', () => {
  const text =
    'step_number,epoch_number,training_loss,perplexity\n0,0,2.5,12.1\n1,0,,\n2,1,nan,\n3,1,1.5,4.4\n'
  expect(readCurve(text, 'training_loss')).toEqual([
    { step: 0, loss: 2.5 },
    { step: 3, loss: 1.5 },
  ])
})

test('knows Bedrock’s families by their ids, and no others', () => {
  expect(bedrockFamilyOf('amazon.nova-2-lite-v1:0:256k')?.servesOnDemand).toBe(true)
  expect(bedrockFamilyOf('meta.llama3-2-1b-instruct-v1:0:128k')?.servesOnDemand).toBe(false)
  expect(bedrockFamilyOf('stability.sd3-large-v1:0')).toBeUndefined()
})

test('a hub document has to be of a language model that can be tuned', () => {
  expect(isFineTunable({ Task: 'Text Generation', TrainingSupported: true })).toBe(true)
  expect(isFineTunable({ Task: 'Text Generation', RecipeCollection: [{}] })).toBe(true)
  expect(isFineTunable({ Task: 'Text Generation' })).toBe(false)
  expect(isFineTunable({ Task: 'Image Classification', TrainingSupported: true })).toBe(false)
  expect(isFineTunable(null)).toBe(false)
})

test('estimates tokens by letters, and by characters where a script has no letters', () => {
  expect([estimateTokens('abcdefgh'), estimateTokens('你好吗'), estimateTokens('')]).toEqual([
    2, 3, 0,
  ])
})

test('reads a price by the hour, its first tier, and none from what is no product', () => {
  const product = (unit: string, USD: string) =>
    JSON.stringify({
      product: { attributes: { instanceName: 'ml.g5.2xlarge' } },
      terms: {
        OnDemand: {
          a: {
            priceDimensions: {
              later: { unit, beginRange: '51200', pricePerUnit: { USD: '9.9' } },
              first: { unit, beginRange: '0', pricePerUnit: { USD } },
            },
          },
        },
      },
    })
  const read = (text: string) => readPrice(text, /^hrs$/i, 'USD')
  expect(read(product('Hrs', '1.515'))).toEqual({
    price: 1.515,
    unit: 'Hrs',
    attributes: { instanceName: 'ml.g5.2xlarge' },
  })
  expect(read(product('Quantity', '1.515'))).toBeNull()
  expect(readPrice(product('Hrs', '1.515'), /^hrs$/i, 'CNY')).toBeNull()
  expect(read('no JSON')).toBeNull()
})
