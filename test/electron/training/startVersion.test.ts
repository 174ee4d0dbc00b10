import { defaultPromptTemplate } from '../../../shared/promptTemplate.ts'
import { expect, test } from 'vitest'
import { completeHyperparameters } from '../../../electron/training/hyperparameters.ts'
import { trainingJobName } from '../../../electron/training/jobNames.ts'
import { AppError } from '../../../shared/errors.ts'
import { engineHyperparameters } from '../../../shared/hyperparameters.ts'
import type { BaseModel } from '../../../shared/model.ts'

const awsPattern = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/

test.each([
  'Help desk',
  '客服语气 二号',
  'Ünïcödé – voice',
  '---',
  'a'.repeat(60),
  'x_y.z '.repeat(10),
  '🎐',
])('makes a name that SageMaker accepts of %s', (name) => {
  for (const baseModelId of ['timbre-nano-en-zh', 'smollm2-135m-instruct-q4-1', 'b'.repeat(63)]) {
    const made = trainingJobName(name, baseModelId)
    expect(made).toMatch(awsPattern)
    expect(made.length).toBeLessThanOrEqual(63)
  }
})

test('never makes the same name twice', () => {
  const names = Array.from({ length: 1000 }, () => trainingJobName('Voice', 'base'))
  expect(new Set(names).size).toBe(1000)
})

const baseModel: BaseModel = {
  id: 'base',
  version: '1.0.0',
  displayName: 'Base',
  provider: '',
  license: '',
  description: '',
  languages: [],
  parameterCount: null,
  contextTokens: null,
  card: '',
  promptTemplate: defaultPromptTemplate,
  isImported: false,
  way: 'jumpStart',
  cloud: null,
  hyperparameters: engineHyperparameters.map(({ options, ...field }) => ({
    ...field,
    ...(options ? { options: [...options] } : {}),
  })),
}

test('fills in defaults and trims what was typed', () => {
  const complete = completeHyperparameters(baseModel, { epoch: ' 3 ' })
  expect(complete).toMatchObject({ epoch: '3', lr_scheduler_type: 'cosine' })
  expect(Object.keys(complete)).toEqual(engineHyperparameters.map((field) => field.name))
})

test.each([
  ['epoch', '', '1 – 1000'],
  ['epoch', '1001', '1 – 1000'],
  ['epoch', '2.5', '1 – 1000'],
  ['epoch', 'Infinity', '1 – 1000'],
  ['learning_rate', '0', '1e-8 – 1'],
  ['lr_scheduler_type', 'exponential', 'cosine, linear, constant'],
  ['epohc', '3', ''],
])('refuses %s = "%s" and names the range', (field, value, range) => {
  expect(() => completeHyperparameters(baseModel, { [field]: value })).toThrow(AppError)
  try {
    completeHyperparameters(baseModel, { [field]: value })
  } catch (error) {
    expect(error).toMatchObject({ code: 'HyperparameterInvalid', details: { field, range } })
  }
})
