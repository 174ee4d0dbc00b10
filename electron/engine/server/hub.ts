/** The base models of this computer as hub contents, with documents in JumpStart's schema. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { engineHyperparameters } from '../../../shared/hyperparameters.ts'
import { engineMetricDefinitions } from '../../../shared/metrics.ts'
import { promptTemplateSchema } from '../../../shared/promptTemplate.ts'
import { modelsBucket, modelVersion } from '../store/modelsBucket.ts'

export const publicHub = 'SageMakerPublicHub'
/** The account's own hub: base models that were imported on this computer. */
export const privateHub = 'timbre'
export const documentSchemaVersion = '2.3.0'

const modelFactsSchema = z.object({
  displayName: z.string(),
  provider: z.string(),
  license: z.string(),
  description: z.string(),
  languages: z.array(z.string()),
  parameterCount: z.number().int(),
  publishedAt: z.iso.date(),
})
const modelConfigSchema = z.looseObject({ max_position_embeddings: z.number().int() })

export interface HubContent {
  readonly id: string
  readonly version: string
  readonly displayName: string
  readonly description: string
  readonly languages: readonly string[]
  readonly publishedAtMs: number
  readonly markdown: string
  readonly document: Readonly<Record<string, unknown>>
}

/** Models from this size on train an adapter unless told otherwise: all weights of theirs need too much memory and time. */
const adapterFromParameters = 50_000_000

/** Folders without weights (a model that was not built yet) are no contents. */
export async function readHubContents(
  modelsDirectory: string,
  registry: string,
): Promise<HubContent[]> {
  const entries = await readdir(modelsDirectory, { withFileTypes: true })
  const contents: HubContent[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue
    const directory = path.join(modelsDirectory, entry.name)
    const files = await readdir(directory)
    const hasWeights = files.some((file) => file.endsWith('.safetensors'))
    if (!hasWeights || !files.includes('model.json')) continue
    const read = async (name: string) => readFile(path.join(directory, name), 'utf8')
    const facts = modelFactsSchema.parse(JSON.parse(await read('model.json')))
    const config = modelConfigSchema.parse(JSON.parse(await read('config.json')))
    contents.push({
      id: entry.name,
      version: modelVersion,
      displayName: facts.displayName,
      description: facts.description,
      languages: facts.languages,
      publishedAtMs: Date.parse(facts.publishedAt),
      markdown: files.includes('README.md') ? await read('README.md') : '',
      document: documentOf(
        entry.name,
        facts,
        { contextTokens: config.max_position_embeddings, template: await read('template.json') },
        registry,
      ),
    })
  }
  return contents
}

/** JumpStart's own defaults for LoRA, with an evaluation often enough to watch it learn. */
const largeModelDefaults: Readonly<Record<string, string>> = {
  peft_type: 'lora',
  epoch: '3',
  per_device_train_batch_size: '4',
  max_input_length: '512',
  eval_steps: '20',
}

function documentOf(
  id: string,
  facts: z.output<typeof modelFactsSchema>,
  { contextTokens, template }: { readonly contextTokens: number; readonly template: string },
  registry: string,
): Record<string, unknown> {
  const isLarge = facts.parameterCount >= adapterFromParameters
  const weights = `s3://${modelsBucket}/${id}/${modelVersion}/`
  return {
    Url: '',
    Provider: facts.provider,
    License: facts.license,
    Task: 'Text Generation',
    Framework: 'ONNX Runtime',
    DataType: 'text',
    MinSdkVersion: '2.0.0',
    Languages: facts.languages,
    ParameterCount: facts.parameterCount,
    ContextTokens: contextTokens,
    PromptTemplate: promptTemplateSchema.parse(JSON.parse(template)),
    TrainingSupported: true,
    FineTuningSupported: true,
    IncrementalTrainingSupported: false,
    ValidationSupported: true,
    GatedBucket: false,
    DisableOutputCompression: false,
    EncryptInterContainerTraffic: false,
    ResourceNameBase: id,
    TrainingEcrUri: `${registry}/timbre-training:${modelVersion}`,
    TrainingArtifactUri: weights,
    TrainingArtifactS3DataType: 'S3Prefix',
    TrainingArtifactCompressionType: 'None',
    TrainingEnableNetworkIsolation: true,
    DefaultTrainingInstanceType: 'ml.m5.large',
    SupportedTrainingInstanceTypes: ['ml.m5.large'],
    TrainingVolumeSize: 1,
    MaxRuntimeInSeconds: 2_419_200,
    Hyperparameters: engineHyperparameters.map((field) => ({
      Name: field.name,
      Type: field.type,
      Default: (isLarge && largeModelDefaults[field.name]) || field.default,
      ...(field.options ? { Options: field.options } : {}),
      ...(field.min !== undefined ? { Min: field.min } : {}),
      ...(field.max !== undefined ? { Max: field.max } : {}),
      Scope: 'algorithm',
      Advanced: field.advanced,
    })),
    TrainingMetrics: engineMetricDefinitions.map(({ name, regex }) => ({
      Name: name,
      Regex: regex,
    })),
    HostingEcrUri: `${registry}/timbre-inference:${modelVersion}`,
    HostingArtifactUri: weights,
    HostingArtifactS3DataType: 'S3Prefix',
    HostingArtifactCompressionType: 'None',
    HostingUseScriptUri: false,
    InferenceEnableNetworkIsolation: true,
    InferenceEnvironmentVariables: [],
    DefaultInferenceInstanceType: 'ml.m5.large',
    SupportedInferenceInstanceTypes: ['ml.m5.large'],
    DefaultPayloads: {},
  }
}
