import { expect, test } from 'vitest'
import {
  hyperparametersOf,
  movedSettings,
  movedTemplate,
  problemOf,
  sampleFor,
  suggestChoices,
  toMoveRequest,
} from '../../shared/movePlan.ts'
import type { CutRows } from '../../shared/cutRows.ts'
import {
  fineTuneRequestSchema,
  type BaseModel,
  type Candidate,
  type ModelVersion,
} from '../../shared/model.ts'
import { defaultPromptTemplate } from '../../shared/promptTemplate.ts'

const here = (id: string, displayName: string): BaseModel => ({
  id,
  version: '1',
  displayName,
  provider: '',
  license: '',
  description: '',
  languages: [],
  parameterCount: 4e6,
  contextTokens: 256,
  card: '',
  promptTemplate: defaultPromptTemplate,
  isImported: false,
  way: 'jumpStart',
  cloud: null,
  hyperparameters: [],
})
const there = (id: string, displayName: string, most: number | null = null): BaseModel => ({
  ...here(id, displayName),
  way: id.startsWith('autopilot') ? 'autopilot' : 'jumpStart',
  cloud: {
    task: 'Text Generation',
    eula: null,
    rows: { min: 10, max: most },
    tokens: 1024,
    instanceTypes: ['ml.g5.2xlarge'],
    canUseSpot: true,
    volumeGb: 30,
    hostingInstanceType: null,
    billing: 'instanceHours',
    serving: 'endpoint',
  },
  hyperparameters: [
    { name: 'epochCount', type: 'int', default: '5', min: 1, max: 10, advanced: false },
  ],
})

const candidate = (id: string, base: BaseModel, more: Partial<Candidate> = {}): Candidate => ({
  id,
  versionId: 'v',
  baseModelId: base.id,
  baseModelName: base.displayName,
  promptTemplate: defaultPromptTemplate,
  hyperparameters: { epoch: '3', seed: '10' },
  trainingJobName: id,
  trainingJobArn: null,
  status: 'Completed',
  secondaryStatus: null,
  progress: null,
  failure: null,
  modelArtifactUri: null,
  createdAtMs: 0,
  startedAtMs: 0,
  endedAtMs: 1,
  trainingSeconds: 1,
  estimatedSeconds: null,
  cloud: null,
  parameterCount: null,
  billed: null,
  ...more,
})

const small = here('timbre-nano', 'Timbre Nano')
const falcon = there('autopilot:Falcon7B', 'Falcon 7B', 1000)
const mistral = there('huggingface-llm-mistral-7b', 'Mistral 7B')

const version: ModelVersion = {
  id: 'v',
  modelId: 'm',
  number: 1,
  workspaceId: 'local',
  datasetId: 'd',
  datasetName: 'Letters',
  datasetSha256: 'a'.repeat(64),
  columns: { question: 'q', answer: 'a' },
  validationFraction: 0.15,
  splitSeed: 42,
  split: { kind: 'group', column: 'customer' },
  trainingRowCount: 85,
  validationRowCount: 15,
  samplePrompts: ['Hello?'],
  chosenCandidateId: null,
  createdAtMs: 0,
  candidates: [candidate('one', small), candidate('two', small)],
}

const cut = (counts: Partial<CutRows['counts']> = {}, rowCount = 100): CutRows => ({
  rowCount,
  trainingRowCount: 80,
  trainingTokens: 1000,
  counts: { tokens: 0, leftOut: 0, canvas: 0, ...counts },
  rows: [],
})

test('suggests a base model of its own for each candidate, while there are enough', () => {
  const suggested = suggestChoices(version.candidates, [small], [falcon, mistral])
  expect(suggested.map(({ baseModelId }) => baseModelId)).toEqual([mistral.id, falcon.id])
  expect(suggestChoices(version.candidates, [small], [mistral])).toHaveLength(2)
  expect(suggestChoices(version.candidates, [small], [])).toEqual([])
})

test('asks for the same rows, split, seed and questions, and for the settings that exist there', () => {
  const [first] = version.candidates
  if (!first) throw new Error('There is no candidate.')
  const moved = movedSettings(first, mistral, version.trainingRowCount)
  const request = toMoveRequest(
    {
      workspaceId: 'w',
      choices: [],
      machines: { [mistral.id]: { spot: true, instanceType: 'ml.g5.2xlarge' } },
      sampleRows: null,
    },
    { id: 'm', name: 'Voice', problemType: 'fine-tune-foundation-model' },
    version,
    [
      {
        candidate: first,
        target: mistral,
        settings: hyperparametersOf(moved, {}),
        template: undefined,
      },
    ],
  )
  expect(fineTuneRequestSchema.parse(request)).toEqual({
    workspaceId: 'w',
    modelId: 'm',
    name: 'Voice',
    problemType: 'fine-tune-foundation-model',
    datasetId: 'd',
    datasetSha256: 'a'.repeat(64),
    columns: { question: 'q', answer: 'a' },
    validationFraction: 0.15,
    splitSeed: 42,
    split: { kind: 'group', column: 'customer' },
    samplePrompts: ['Hello?'],
    candidates: [
      {
        baseModelId: mistral.id,
        hyperparameters: { epochCount: '3' },
        cloud: { spot: true, instanceType: 'ml.g5.2xlarge' },
      },
    ],
  })
})

test('says what keeps it from being moved', () => {
  expect(problemOf(falcon, {}, cut(), false)).toBe('licence')
  expect(problemOf(falcon, {}, cut({}, 1001), true)).toBe('tooManyRows')
  expect(problemOf(falcon, {}, cut({}, 9), true)).toBe('tooFewRows')
  expect(problemOf(falcon, {}, cut({ tokens: 61 }), true)).toBe('tooManyLong')
  expect(problemOf(falcon, { epochCount: '11' }, cut(), true)).toBe('setting')
  expect(problemOf(falcon, { epochCount: '10' }, cut({ tokens: 60 }), true)).toBeNull()
})

test('draws as many rows as are taken, beside a validation file’s', () => {
  expect(sampleFor(version, 1000)).toBe(1000)
  const byFile = { ...version, split: { kind: 'file' as const, datasetId: 'other' } }
  expect(sampleFor(byFile, 1000)).toBe(985)
})

test('takes an edited template along where there is one, and says where it is lost', () => {
  const edited = { prompt: 'You are Juno. {prompt}', completion: '{completion}' }
  const own = candidate('one', small, { promptTemplate: edited })
  expect(movedTemplate(own, [small], mistral)).toEqual({ template: edited, isLost: false })
  expect(movedTemplate(own, [small], falcon)).toEqual({ template: undefined, isLost: true })
  const plain = candidate('one', small)
  expect(movedTemplate(plain, [small], falcon)).toEqual({ template: undefined, isLost: false })
})
