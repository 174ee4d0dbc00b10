/**
 * A public hub like AWS's: models of several families, with documents in JumpStart's schema, licence texts and recipes as
 * objects of the Region's public bucket, and many contents that cannot be fine-tuned, so that lists have pages.
 */
import type { ObjectStore } from './objectStore.ts'

export interface CatalogEntry {
  readonly name: string
  readonly version: string
  readonly displayName: string
  readonly description: string
  readonly keywords: readonly string[]
  readonly document: Readonly<Record<string, unknown>>
}

const image =
  '763104351884.dkr.ecr.{region}.amazonaws.com/huggingface-pytorch-training:2.0.0-transformers4.28.1-gpu-py310-cu118-ubuntu20.04'
const hostingImage =
  '763104351884.dkr.ecr.{region}.amazonaws.com/huggingface-pytorch-tgi-inference:2.1.1-tgi2.0.0-gpu-py310-cu121-ubuntu22.04'

const publicBucket = 'jumpstart-cache-prod-{region}'
const gatedBucket = 'jumpstart-private-cache-prod-{region}'

export const eulaText = `COMMUNITY LICENSE AGREEMENT

"Agreement" means the terms and conditions for use, reproduction, distribution and modification of the materials set forth
herein. By clicking "I Accept" below or by using or distributing any portion of the materials, you agree to be bound by it.

1. License Rights and Redistribution. You are granted a non-exclusive, worldwide, non-transferable and royalty-free limited
license to use, reproduce, distribute, copy, create derivative works of, and make modifications to the materials.

2. Additional Commercial Terms. If the monthly active users are greater than 700 million, you must request a license.
`

interface LanguageModel {
  readonly name: string
  readonly displayName: string
  readonly provider: string
  readonly license: string
  readonly gated?: boolean
  readonly instances: readonly string[]
  readonly trainer: 'llama' | 'huggingFace'
  readonly recipe?: boolean
}

const languageModels: readonly LanguageModel[] = [
  {
    name: 'meta-textgeneration-llama-2-7b',
    displayName: 'Llama 2 7B',
    provider: 'Meta',
    license: 'Llama 2 Community License',
    gated: true,
    instances: ['ml.g5.12xlarge', 'ml.g5.24xlarge'],
    trainer: 'llama',
  },
  {
    name: 'meta-textgeneration-llama-2-13b-f',
    displayName: 'Llama 2 13B Chat',
    provider: 'Meta',
    license: 'Llama 2 Community License',
    gated: true,
    instances: ['ml.g5.24xlarge', 'ml.g5.48xlarge'],
    trainer: 'llama',
  },
  {
    name: 'meta-textgeneration-llama-3-1-8b-instruct',
    displayName: 'Llama 3.1 8B Instruct',
    provider: 'Meta',
    license: 'Llama 3.1 Community License',
    gated: true,
    instances: ['ml.g5.12xlarge', 'ml.p4d.24xlarge'],
    trainer: 'llama',
    recipe: true,
  },
  {
    name: 'meta-textgeneration-llama-3-2-1b-instruct',
    displayName: 'Llama 3.2 1B Instruct',
    provider: 'Meta',
    license: 'Llama 3.2 Community License',
    gated: true,
    instances: ['ml.g5.2xlarge', 'ml.g5.12xlarge'],
    trainer: 'llama',
    recipe: true,
  },
  {
    name: 'huggingface-llm-falcon-7b-bf16',
    displayName: 'Falcon 7B BF16',
    provider: 'TII',
    license: 'Apache-2.0',
    instances: ['ml.g5.12xlarge'],
    trainer: 'huggingFace',
  },
  {
    name: 'huggingface-llm-falcon-40b-bf16',
    displayName: 'Falcon 40B BF16',
    provider: 'TII',
    license: 'Apache-2.0',
    instances: ['ml.p4d.24xlarge'],
    trainer: 'huggingFace',
  },
  {
    name: 'huggingface-llm-mistral-7b',
    displayName: 'Mistral 7B',
    provider: 'Mistral AI',
    license: 'Apache-2.0',
    instances: ['ml.g5.12xlarge', 'ml.g5.24xlarge'],
    trainer: 'huggingFace',
  },
  {
    name: 'huggingface-llm-gemma-2b-instruct',
    displayName: 'Gemma 2B Instruct',
    provider: 'Google',
    license: 'Gemma Terms of Use',
    gated: true,
    instances: ['ml.g5.2xlarge'],
    trainer: 'huggingFace',
  },
  {
    name: 'huggingface-text2text-flan-t5-xl',
    displayName: 'Flan-T5 XL',
    provider: 'Google',
    license: 'Apache-2.0',
    instances: ['ml.p3.16xlarge'],
    trainer: 'huggingFace',
  },
  {
    name: 'huggingface-textgeneration-bloomz-560m',
    displayName: 'BloomZ 560M',
    provider: 'BigScience',
    license: 'bigscience-bloom-rail-1.0',
    instances: ['ml.g4dn.2xlarge', 'ml.g5.2xlarge'],
    trainer: 'huggingFace',
  },
  {
    name: 'huggingface-llm-qwen2-5-7b-instruct',
    displayName: 'Qwen2.5 7B Instruct',
    provider: 'Qwen',
    license: 'Apache-2.0',
    instances: ['ml.g5.12xlarge'],
    trainer: 'llama',
    recipe: true,
  },
  {
    name: 'huggingface-reasoning-qwen3-4b',
    displayName: 'Qwen3 4B',
    provider: 'Qwen',
    license: 'Apache-2.0',
    instances: ['ml.g5.12xlarge'],
    trainer: 'llama',
    recipe: true,
  },
]

export function buildCatalog(region: string): CatalogEntry[] {
  const entries: CatalogEntry[] = languageModels.map((model) => ({
    name: model.name,
    version: '2.1.0',
    displayName: model.displayName,
    description: `${model.displayName} is a language model by ${model.provider}.`,
    keywords: ['text-generation', model.provider.toLowerCase()],
    document: documentOf(model, region),
  }))
  for (let index = 0; index < 140; index += 1)
    entries.push({
      name: `tensorflow-ic-vision-${String(index).padStart(3, '0')}`,
      version: '1.0.0',
      displayName: `Image classifier ${index}`,
      description: 'Says what is in a picture.',
      keywords: ['image-classification'],
      document: { Task: 'Image Classification', Provider: 'TensorFlow', TrainingSupported: true },
    })
  entries.push({
    name: 'huggingface-llm-large-inference-only',
    version: '1.0.0',
    displayName: 'Large, for inference only',
    description: 'Cannot be fine-tuned.',
    keywords: ['text-generation'],
    document: { Task: 'Text Generation', Provider: 'Acme', TrainingSupported: false },
  })
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The licence texts and the recipes that the documents point to. */
export function publishCatalog(objects: ObjectStore, catalog: readonly CatalogEntry[]): void {
  for (const { document } of catalog) {
    if (typeof document['HostingEulaUri'] === 'string')
      objects.put(document['HostingEulaUri'], eulaText)
    for (const recipe of (document['RecipeCollection'] as
      { SmtjOverrideParamsS3Uri?: string }[] | undefined) ?? [])
      if (recipe.SmtjOverrideParamsS3Uri)
        objects.put(recipe.SmtjOverrideParamsS3Uri, JSON.stringify(recipeParameters))
  }
}

/** As `SmtjOverrideParamsS3Uri` holds them: param -> type, default, min, max, enum. */
const recipeParameters = {
  data_path: { type: 'string', default: '' },
  output_path: { type: 'string', default: '' },
  training_data_name: { type: 'string', default: '' },
  max_epochs: { type: 'integer', default: 5, min: 1, max: 100 },
  global_batch_size: { type: 'integer', default: 16, enum: [8, 16, 32, 64, 128, 256, 512, 1024] },
  learning_rate: { type: 'float', default: 0.00002, min: 0.0000005, max: 0.0001 },
  lr_scheduler: { type: 'string', default: 'cosine', enum: ['cosine', 'constant'] },
  lr_warmup_steps_ratio: { type: 'float', default: 0.1, min: 0, max: 1 },
  weight_decay: { type: 'float', default: 0.01, min: 0, max: 1 },
  dataset_max_len: { type: 'integer', default: 4096, min: 256, max: 131072 },
  lora_rank: { type: 'integer', default: 16, enum: [8, 16, 32, 64, 128] },
  lora_alpha: { type: 'integer', default: 32, enum: [16, 32, 64, 128, 256] },
  merge_weights: { type: 'boolean', default: true },
}

function documentOf(model: LanguageModel, region: string): Record<string, unknown> {
  const at = (uri: string) => uri.replaceAll('{region}', region)
  const isLlama = model.trainer === 'llama'
  const weights = `s3://${model.gated ? gatedBucket : publicBucket}/training/v1.1.0/train-${model.name}.tar.gz`
  const family = (model.instances[0] ?? '').split('.')[1] ?? 'g5'
  return {
    Url: `https://example.com/${model.name}`,
    Provider: model.provider,
    License: model.license,
    Task: model.name.includes('text2text') ? 'Text2Text Generation' : 'Text Generation',
    Framework: 'PyTorch',
    DataType: 'text',
    MinSdkVersion: '2.225.0',
    TrainingSupported: true,
    FineTuningSupported: true,
    IncrementalTrainingSupported: false,
    ValidationSupported: true,
    GatedBucket: model.gated ?? false,
    DisableOutputCompression: isLlama,
    EncryptInterContainerTraffic: isLlama,
    ResourceNameBase: model.name,
    TrainingEcrUri: at(image),
    TrainingScriptUri: at(
      `s3://${publicBucket}/source-directory-tarballs/training/${model.name}/prepack/v1.0.0/sourcedir.tar.gz`,
    ),
    TrainingArtifactUri: at(weights),
    TrainingEnableNetworkIsolation: isLlama,
    DefaultTrainingInstanceType: model.instances[0],
    SupportedTrainingInstanceTypes: model.instances,
    TrainingVolumeSize: 256,
    MaxRuntimeInSeconds: 360_000,
    ...(model.gated
      ? {
          HostingEulaUri: at(`s3://${publicBucket}/fmhMetadata/eula/${model.name}.txt`),
          TrainingInstanceTypeVariants: {
            Variants: {
              [family]: {
                Properties: {
                  GatedModelEnvVarUri: at(
                    `s3://${gatedBucket}/training/${family}/v1.1.0/${model.name}.tar.gz`,
                  ),
                  ImageUri: at(image.replace('2.0.0-', '2.1.0-')),
                },
              },
              'ml.p4d.24xlarge': {
                Properties: {
                  Hyperparameters: [{ Name: 'per_device_train_batch_size', Default: '4' }],
                },
              },
            },
          },
        }
      : {}),
    Hyperparameters: [
      {
        Name: 'epoch',
        Type: 'int',
        Default: isLlama ? '5' : '3',
        Min: 1,
        Max: 1000,
        Scope: 'algorithm',
      },
      {
        Name: 'learning_rate',
        Type: 'float',
        Default: '0.0001',
        Min: 0.00000001,
        Max: 1,
        Scope: 'algorithm',
      },
      {
        Name: 'instruction_tuned',
        Type: 'text',
        Default: 'False',
        Options: ['True', 'False'],
        Scope: 'algorithm',
      },
      ...(isLlama
        ? [
            {
              Name: 'chat_dataset',
              Type: 'text',
              Default: 'True',
              Options: ['True', 'False'],
              Scope: 'algorithm',
            },
          ]
        : []),
      {
        Name: 'per_device_train_batch_size',
        Type: 'int',
        Default: '1',
        Min: 1,
        Max: 1000,
        Scope: 'algorithm',
      },
      { Name: 'max_input_length', Type: 'int', Default: '-1', Scope: 'algorithm' },
      {
        Name: 'validation_split_ratio',
        Type: 'float',
        Default: '0.2',
        Min: 0,
        Max: 1,
        Scope: 'algorithm',
      },
      { Name: 'seed', Type: 'int', Default: '10', Min: 1, Max: 1000, Scope: 'algorithm' },
      { Name: 'preprocessing_num_workers', Type: 'text', Default: 'None', Scope: 'algorithm' },
      { Name: 'lora_r', Type: 'int', Default: '8', Min: 1, Scope: 'algorithm' },
      { Name: 'lora_alpha', Type: 'int', Default: '32', Min: 1, Scope: 'algorithm' },
      { Name: 'lora_dropout', Type: 'float', Default: '0.05', Min: 0, Max: 1, Scope: 'algorithm' },
      {
        Name: 'int8_quantization',
        Type: 'text',
        Default: 'False',
        Options: ['True', 'False'],
        Scope: 'algorithm',
      },
      {
        Name: 'sagemaker_submit_directory',
        Type: 'text',
        Default: '/opt/ml/input/data/code/sourcedir.tar.gz',
        Scope: 'container',
      },
      {
        Name: 'sagemaker_program',
        Type: 'text',
        Default: 'transfer_learning.py',
        Scope: 'container',
      },
      { Name: 'sagemaker_container_log_level', Type: 'text', Default: '20', Scope: 'container' },
    ],
    TrainingMetrics: isLlama
      ? [
          {
            Name: 'huggingface-textgeneration:eval-loss',
            Regex: 'eval_epoch_loss=tensor\\(([0-9\\.]+)',
          },
          { Name: 'huggingface-textgeneration:eval-ppl', Regex: 'eval_ppl=tensor\\(([0-9\\.]+)' },
          { Name: 'huggingface-textgeneration:train-loss', Regex: 'train_epoch_loss=([0-9\\.]+)' },
        ]
      : [
          { Name: 'huggingface-textgeneration:train-loss', Regex: "'loss': ([0-9]+\\.[0-9]+)" },
          { Name: 'huggingface-textgeneration:eval-loss', Regex: "'eval_loss': ([0-9]+\\.[0-9]+)" },
        ],
    HostingEcrUri: at(hostingImage),
    HostingArtifactUri: at(weights.replace('/training/', '/hosting/')),
    HostingUseScriptUri: false,
    InferenceEnvironmentVariables: [
      { Name: 'HF_MODEL_ID', Type: 'text', Default: '/opt/ml/model', Scope: 'container' },
      { Name: 'SM_NUM_GPUS', Type: 'text', Default: '1', Scope: 'container' },
      { Name: 'MAX_INPUT_LENGTH', Type: 'text', Default: '4095', Scope: 'container' },
    ],
    HostingInstanceTypeVariants: {
      Variants: {
        'ml.g5.12xlarge': { Properties: { EnvironmentVariables: { SM_NUM_GPUS: '4' } } },
        'ml.g5.24xlarge': { Properties: { EnvironmentVariables: { SM_NUM_GPUS: '4' } } },
      },
    },
    ModelDataDownloadTimeout: 1200,
    ContainerStartupHealthCheckTimeout: 1200,
    DefaultInferenceInstanceType: 'ml.g5.12xlarge',
    SupportedInferenceInstanceTypes: ['ml.g5.12xlarge', 'ml.g5.2xlarge', 'ml.g5.24xlarge'],
    ...(model.recipe
      ? {
          RecipeCollection: [
            {
              Name: `${model.name}_lora_sft`,
              DisplayName: `${model.displayName} SFT with LoRA`,
              Type: 'FineTuning',
              CustomizationTechnique: 'SFT',
              Peft: 'LORA',
              SequenceLength: '4K',
              ServerlessMeteringType: 'Token-based',
              Versions: ['1.0'],
              Hardware: 'GPU',
              SmtjRecipeTemplateS3Uri: at(
                `s3://${publicBucket}/recipes/${model.name}_lora_sft_payload_template_v1.0.20.yaml`,
              ),
              SmtjOverrideParamsS3Uri: at(
                `s3://${publicBucket}/recipes/${model.name}_lora_sft_override_params_v1.0.20.json`,
              ),
            },
            {
              Name: `${model.name}_lora_dpo`,
              Type: 'FineTuning',
              CustomizationTechnique: 'DPO',
              Peft: 'LORA',
            },
          ],
        }
      : {}),
  }
}
