import { expect, test } from 'vitest'
import {
  problemOf,
  settingValues,
  startDraft,
  toRequest,
  wizardReducer,
  type WizardDraft,
} from '../../renderer/wizard/wizardState.ts'
import { isValidSetting } from '../../shared/hyperparameters.ts'
import { fineTuneRequestSchema, type BaseModel } from '../../shared/model.ts'
import { defaultPromptTemplate } from '../../shared/promptTemplate.ts'
import { usualSplit } from '../../shared/workbench/splitChoice.ts'
import { aCandidate, aDataset, insertTestVersion, openTestDatabase } from '../support/database.ts'

const field = {
  name: 'epoch',
  type: 'int',
  default: '8',
  min: 1,
  max: 100,
  advanced: false,
} as const
const rate = {
  name: 'rate',
  type: 'float',
  default: '0.1',
  min: 0,
  max: 1,
  advanced: false,
} as const
const base = (id: string, hyperparameters: BaseModel['hyperparameters']): BaseModel => ({
  id,
  version: '1.0.0',
  displayName: id,
  provider: '',
  license: '',
  description: '',
  languages: [],
  parameterCount: null,
  contextTokens: null,
  card: '',
  hyperparameters,
  promptTemplate: defaultPromptTemplate,
  isImported: false,
  way: 'jumpStart',
  cloud: null,
})
const baseModels = [base('a', [field, rate]), base('b', [field])]

const complete = (): WizardDraft =>
  [
    { type: 'named', name: ' Voice ' } as const,
    { type: 'baseModelsChosen', ids: ['a', 'b'] } as const,
    { type: 'hyperparameterTyped', name: 'rate', value: '0.2' } as const,
    { type: 'samplePromptTyped', index: 1, prompt: ' How bright is it? ' } as const,
  ].reduce(wizardReducer, startDraft({ dataset: aDataset() }))

test('the review names the models of a setting that not all of them have, or have alike', () => {
  const draft = complete()
  const other = base('c', [{ ...field, default: '3' }])
  const chosen = [...baseModels, other]
  expect(settingValues(draft, rate, chosen)).toEqual([{ value: '0.2', models: ['a'] }])
  expect(settingValues(draft, field, chosen)).toEqual([
    { value: '8', models: ['a', 'b'] },
    { value: '3', models: ['c'] },
  ])
  expect(settingValues(draft, field, baseModels)).toEqual([{ value: '8', models: [] }])
  const typed = { ...draft, hyperparameters: { epoch: '2' } }
  expect(settingValues(typed, field, chosen)).toEqual([{ value: '2', models: [] }])
})

test('a dataset brings its columns, and its request fits the contract', () => {
  const request = toRequest(complete(), baseModels)
  expect(fineTuneRequestSchema.parse(request)).toEqual(request)
  expect(request).toMatchObject({
    name: 'Voice',
    columns: { question: 'question', answer: 'answer' },
    samplePrompts: ['How bright is it?'],
    // Only what was typed, and only where it is known: the rest are each model's own defaults.
    candidates: [
      { baseModelId: 'a', hyperparameters: { rate: '0.2' } },
      { baseModelId: 'b', hyperparameters: {} },
    ],
  })
})

test('a new version starts from the newest one', () => {
  const version = insertTestVersion(openTestDatabase(), { samplePrompts: ['Is it warm?'] })
  const model = {
    id: version.modelId,
    name: 'Voice',
    problemType: 'fine-tune-foundation-model' as const,
    createdAtMs: 1,
    versions: [version],
  }
  expect(startDraft({ model })).toMatchObject({
    step: 'data',
    modelId: 'model-1',
    datasetId: 'dataset-1',
    hyperparameters: { epoch: '4' },
    samplePrompts: ['Is it warm?', '', ''],
  })
})

test('a new model starts from the columns and the split that were chosen in the workbench', () => {
  const roles = { question: 'body', answer: 'reply', inputTemplate: '{subject} {body}' }
  const choice = {
    split: { kind: 'topic', withoutLeaked: true },
    validationFraction: 0.3,
    sampleRows: 50,
  } as const
  const draft = startDraft({ dataset: aDataset(), preparation: { roles, choice } })
  expect(draft).toMatchObject({ ...roles, ...choice })
  expect(startDraft({ dataset: aDataset() })).toMatchObject({
    ...{ question: 'question', split: { kind: 'random' }, validationFraction: 0.2 },
    sampleRows: null,
  })
})

test('another dataset takes over nothing of the split that was chosen for the one before', () => {
  const choice = {
    split: { kind: 'group', column: 'product' },
    validationFraction: 0.4,
    sampleRows: 500,
  } as const
  const draft = startDraft({ dataset: aDataset(), preparation: { roles: null, choice } })
  expect(wizardReducer(draft, { type: 'datasetChosen', dataset: aDataset() })).toMatchObject(
    usualSplit,
  )
})

test('a change of one setting starts from the candidate that it is about', () => {
  const db = openTestDatabase()
  const older = insertTestVersion(db, {
    candidates: [
      aCandidate({ id: 'first' }),
      aCandidate({
        id: 'second',
        baseModelId: 'other',
        hyperparameters: { epoch: '4', learning_rate: '0.1' },
      }),
    ],
  })
  const newer = insertTestVersion(openTestDatabase(), { id: 'version-2' })
  const model = {
    id: older.modelId,
    name: 'Voice',
    problemType: 'fine-tune-foundation-model' as const,
    createdAtMs: 1,
    versions: [newer, older],
  }
  const change = { candidateId: 'second', setting: 'epoch', to: '8' }
  expect(startDraft({ model, change })).toMatchObject({
    step: 'settings',
    baseModelIds: ['other'],
    hyperparameters: { epoch: '8', learning_rate: '0.1' },
  })
})

test.each([
  ['name', { name: '' }, 'nameMissing'],
  ['name', { name: '!' }, 'nameInvalid'],
  ['data', { datasetId: null }, 'datasetMissing'],
  ['data', { answer: null }, 'columnsMissing'],
  ['data', { answer: 'question' }, 'columnsEqual'],
  ['baseModels', { baseModelIds: [] }, 'baseModelsMissing'],
  ['settings', { hyperparameters: { epoch: '0' } }, 'hyperparameterInvalid'],
  ['settings', { hyperparameters: {} }, null],
  [
    'settings',
    { promptTemplates: { a: { prompt: 'Q: ', completion: '{completion}' } } },
    'templateInvalid',
  ],
  ['review', {}, null],
] as const)('step %s with %o is held up by %s', (step, change, problem) => {
  expect(problemOf({ ...complete(), ...change }, step, [field])).toBe(problem)
})

test('a changed template travels with its base model, and can be taken back', () => {
  const template = { prompt: 'Customer: {prompt}\nJuno: ', completion: '{completion}' }
  const typed = wizardReducer(complete(), { type: 'templateTyped', baseModelId: 'a', template })
  const templates = (draft: typeof typed) =>
    toRequest(draft, baseModels)?.candidates.map(({ promptTemplate }) => promptTemplate)
  expect(templates(typed)).toEqual([template, undefined])
  const back = wizardReducer(typed, { type: 'templateTyped', baseModelId: 'a', template: null })
  expect(templates(back)).toEqual([undefined, undefined])
})

test('nothing is asked for while the data is missing', () => {
  expect(toRequest({ ...complete(), datasetId: null }, baseModels)).toBeNull()
})

test.each([
  ['3', true],
  ['3.5', false],
  ['101', false],
  ['', false],
  ['x', false],
])('%s epochs are valid: %s', (value, valid) => {
  expect(isValidSetting(field, value)).toBe(valid)
})
