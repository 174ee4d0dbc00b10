import { expect, test } from 'vitest'
import { autopilotHyperparameters } from '../../electron/training/ways/autopilotModels.ts'
import { bedrockFamilyOf } from '../../electron/training/ways/bedrockFamilies.ts'
import { engineHyperparameters } from '../../shared/hyperparameters.ts'
import type { HyperparameterField } from '../../shared/model.ts'
import { meaningOf, moveSettings, mostTokensOf } from '../../shared/moveSettings.ts'

const facts = { trainingRows: 800 }
const here = Object.fromEntries(
  engineHyperparameters.map(({ name, default: standard }) => [name, standard]),
)
const field = (name: string, rest: Partial<HyperparameterField> = {}): HyperparameterField => ({
  name,
  type: 'int',
  default: '1',
  advanced: false,
  ...rest,
})
const there = (
  settings: Record<string, string>,
  fields: readonly HyperparameterField[],
): Record<string, string | null> =>
  Object.fromEntries(
    moveSettings(settings, fields, facts).map(({ from, to }) => [
      from.name,
      to && `${to.name}=${to.value}`,
    ]),
  )

test('knows what each setting of this computer’s trainer is about', () => {
  expect(engineHyperparameters.filter(({ name }) => meaningOf(name) === null)).toEqual([])
})

test('says the four settings of Autopilot in its words, and which have none', () => {
  const settings = { ...here, epoch: '30', learning_rate: '0.0005', warmup_steps: '20' }
  expect(there(settings, autopilotHyperparameters)).toEqual({
    epoch: 'epochCount=10',
    learning_rate: 'learningRate=0.0005',
    per_device_train_batch_size: 'batchSize=8',
    warmup_steps: 'learningRateWarmupSteps=20',
    lr_scheduler_type: null,
    weight_decay: null,
    max_grad_norm: null,
    max_input_length: null,
    eval_steps: null,
    peft_type: null,
    seed: null,
  })
  const own = { ...settings, early_stopping_patience: '3', gradient_accumulation_steps: '2' }
  expect(there(own, autopilotHyperparameters)).toMatchObject({
    early_stopping_patience: null,
    gradient_accumulation_steps: null,
  })
  const moved = moveSettings(settings, autopilotHyperparameters, facts)
  expect(moved.filter(({ isAdjusted }) => isAdjusted).map(({ from }) => from.name)).toEqual([
    'epoch',
  ])
})

test('keeps to the range of a Bedrock model, whose maker decides on the rate itself', () => {
  const fields = bedrockFamilyOf('anthropic.claude-3-haiku-20240307-v1:0')?.hyperparameters ?? []
  const moved = there({ ...here, per_device_train_batch_size: '2' }, fields)
  expect(moved).toMatchObject({
    per_device_train_batch_size: 'batchSize=4',
    learning_rate: null,
    // Off here, which it can't be there: as late as may be.
    early_stopping_patience: 'earlyStoppingPatience=10',
  })
})

test('turns batches into one batch and steps into a share where a recipe wants it so', () => {
  const settings = {
    ...here,
    epoch: '2',
    warmup_steps: '10',
    per_device_train_batch_size: '8',
    gradient_accumulation_steps: '3',
    peft_type: 'lora',
    lora_r: '20',
  }
  const fields = [
    field('max_epochs', { min: 1, max: 100 }),
    field('global_batch_size', { options: ['8', '16', '32'] }),
    field('lr_warmup_steps_ratio', { type: 'float', min: 0, max: 1 }),
    field('lora_rank', { options: ['8', '16', '32'] }),
    field('dataset_max_len', { min: 512 }),
    field('lr_scheduler', { type: 'text', options: ['cosine', 'constant'] }),
  ]
  const moved = there(settings, fields)
  expect(moved).toMatchObject({
    epoch: 'max_epochs=2',
    // 24 is as far from 16 as from 32.
    per_device_train_batch_size: 'global_batch_size=16',
    // 10 of 34 steps an epoch, twice.
    warmup_steps: 'lr_warmup_steps_ratio=0.147',
    lora_r: 'lora_rank=16',
    lora_dropout: null,
    max_input_length: 'dataset_max_len=512',
    lr_scheduler_type: 'lr_scheduler=cosine',
  })
  expect(moved).not.toHaveProperty('gradient_accumulation_steps')
  expect(
    there({ ...settings, lr_scheduler_type: 'linear' }, fields)['lr_scheduler_type'],
  ).toBeNull()
})

test('leaves out what an adapter alone has where there is none', () => {
  expect(there(here, [field('lora_r'), field('epoch')])).not.toHaveProperty('lora_r')
  expect(there({ ...here, peft_type: 'lora' }, [field('lora_r')])['lora_r']).toBe('lora_r=8')
})

test('reads as much as model and setting both allow', () => {
  expect(mostTokensOf(1024, {})).toBe(1024)
  expect(mostTokensOf(1024, { max_input_length: '256' })).toBe(256)
  expect(mostTokensOf(1024, { dataset_max_len: '4096' })).toBe(1024)
  // JumpStart's word for "as the model has it".
  expect(mostTokensOf(null, { max_input_length: '-1' })).toBeNull()
})
