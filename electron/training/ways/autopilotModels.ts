/**
 * Autopilot's base models for text generation, with their limits, and its four settings. The list has stood still since
 * 2023.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-llms-finetuning-models.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-llms-finetuning-data-format.html
 */
import type { HyperparameterField } from '../../../shared/model.ts'

export interface AutopilotModel {
  /** `BaseModelName`. */
  readonly name: string
  readonly displayName: string
  readonly provider: string
  readonly license: string
  /** The same weights in the hub, where the licence's text stands. */
  readonly hubId: string
  readonly parameterCount: number
  /** Over both channels. */
  readonly mostRows: number
  readonly tokens: number
  readonly needsEula: boolean
}

const apache = 'Apache-2.0'
const llama2 = 'Llama 2 Community License'

const rows: readonly (readonly [
  name: string,
  displayName: string,
  provider: string,
  license: string,
  hubId: string,
  billions: number,
  mostRows: number,
  tokens: number,
])[] = [
  [
    'Dolly3B',
    'Dolly v2 3B',
    'Databricks',
    'MIT',
    'huggingface-textgeneration-dolly-v2-3b-bf16',
    2.8,
    10_000,
    1024,
  ],
  [
    'Dolly7B',
    'Dolly v2 7B',
    'Databricks',
    'MIT',
    'huggingface-textgeneration-dolly-v2-7b-bf16',
    6.9,
    10_000,
    1024,
  ],
  [
    'Dolly12B',
    'Dolly v2 12B',
    'Databricks',
    'MIT',
    'huggingface-textgeneration-dolly-v2-12b-bf16',
    12,
    10_000,
    1024,
  ],
  ['Falcon7B', 'Falcon 7B', 'TII', apache, 'huggingface-llm-falcon-7b-bf16', 7, 1_000, 1024],
  [
    'Falcon7BInstruct',
    'Falcon 7B Instruct',
    'TII',
    apache,
    'huggingface-llm-falcon-7b-instruct-bf16',
    7,
    1_000,
    1024,
  ],
  ['Falcon40B', 'Falcon 40B', 'TII', apache, 'huggingface-llm-falcon-40b-bf16', 40, 10_000, 1024],
  [
    'Falcon40BInstruct',
    'Falcon 40B Instruct',
    'TII',
    apache,
    'huggingface-llm-falcon-40b-instruct-bf16',
    40,
    10_000,
    1024,
  ],
  [
    'FlanT5L',
    'Flan-T5 Large',
    'Google',
    apache,
    'huggingface-text2text-flan-t5-large',
    0.78,
    10_000,
    1024,
  ],
  ['FlanT5XL', 'Flan-T5 XL', 'Google', apache, 'huggingface-text2text-flan-t5-xl', 3, 10_000, 1024],
  [
    'FlanT5XXL',
    'Flan-T5 XXL',
    'Google',
    apache,
    'huggingface-text2text-flan-t5-xxl',
    11,
    10_000,
    1024,
  ],
  ['Llama2-7B', 'Llama 2 7B', 'Meta', llama2, 'meta-textgeneration-llama-2-7b', 7, 10_000, 2048],
  [
    'Llama2-7BChat',
    'Llama 2 7B Chat',
    'Meta',
    llama2,
    'meta-textgeneration-llama-2-7b-f',
    7,
    10_000,
    2048,
  ],
  ['Llama2-13B', 'Llama 2 13B', 'Meta', llama2, 'meta-textgeneration-llama-2-13b', 13, 7_000, 2048],
  [
    'Llama2-13BChat',
    'Llama 2 13B Chat',
    'Meta',
    llama2,
    'meta-textgeneration-llama-2-13b-f',
    13,
    7_000,
    2048,
  ],
  ['Mistral7B', 'Mistral 7B', 'Mistral AI', apache, 'huggingface-llm-mistral-7b', 7, 10_000, 2048],
  [
    'Mistral7BInstruct',
    'Mistral 7B Instruct',
    'Mistral AI',
    apache,
    'huggingface-llm-mistral-7b-instruct',
    7,
    10_000,
    2048,
  ],
  [
    'MPT7B',
    'MPT 7B',
    'MosaicML',
    apache,
    'huggingface-textgeneration1-mpt-7b-bf16',
    7,
    10_000,
    1024,
  ],
  [
    'MPT7BInstruct',
    'MPT 7B Instruct',
    'MosaicML',
    'CC-BY-SA-3.0',
    'huggingface-textgeneration1-mpt-7b-instruct-bf16',
    7,
    10_000,
    1024,
  ],
]

export const autopilotModels: readonly AutopilotModel[] = rows.map(
  ([name, displayName, provider, license, hubId, billions, mostRows, tokens]) => ({
    name,
    displayName,
    provider,
    license,
    hubId,
    parameterCount: Math.round(billions * 1e9),
    mostRows,
    tokens,
    needsEula: license === llama2,
  }),
)

/** AWS publishes the ranges and no defaults; these are Bedrock's for the same four. */
export const autopilotHyperparameters: readonly HyperparameterField[] = [
  { name: 'epochCount', type: 'int', default: '5', min: 1, max: 10, advanced: false },
  { name: 'learningRate', type: 'float', default: '0.00001', min: 0, max: 1, advanced: false },
  { name: 'batchSize', type: 'int', default: '1', min: 1, max: 64, advanced: false },
  { name: 'learningRateWarmupSteps', type: 'int', default: '5', min: 0, max: 250, advanced: false },
]

/**
 * Jobs at a time that AWS allows when nothing else was agreed.
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/autopilot-quotas.html
 */
export function mostAutoMLJobs(region: string): number {
  const four = [
    'us-east-1',
    'us-east-2',
    'us-west-2',
    'ap-northeast-1',
    'eu-west-1',
    'eu-central-1',
  ]
  const two = ['ap-northeast-2', 'ap-southeast-2', 'eu-west-2', 'ap-southeast-1']
  return four.includes(region) ? 4 : two.includes(region) ? 2 : 1
}

/** Where Canvas is, and with it Autopilot's fine-tuning. */
export const autopilotRegions: ReadonlySet<string> = new Set([
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-south-1',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-north-1',
  'sa-east-1',
])
