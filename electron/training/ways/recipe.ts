/** The form of a serverless training, from the recipe's own parameters. */
import { z } from 'zod'
import type { HyperparameterField } from '../../../shared/model.ts'

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const parameterSchema = z.looseObject({
  type: z.string().default('string'),
  default: scalar.default(null),
  min: z.coerce.number().optional().catch(undefined),
  max: z.coerce.number().optional().catch(undefined),
  enum: z.array(scalar).optional(),
})
const recipeSchema = z.record(z.string(), z.unknown())

/** The service fills these in itself. */
const filledIn = new Set([
  'name',
  'data_path',
  'output_path',
  'results_directory',
  'training_data_name',
  'validation_data_name',
  'training_data_path',
  'validation_data_path',
  'model_name_or_path',
  'mlflow_tracking_uri',
  'mlflow_experiment_name',
  'mlflow_run_name',
  'instance_type',
  'instance_count',
  'replicas',
  'namespace',
])
const plain = new Set(['max_epochs', 'learning_rate', 'global_batch_size', 'dataset_max_len'])

/** What a hyperparameter's value may be made of, in AWS's model. */
const allowedText = /^[a-zA-Z0-9/_.:,\- '"[\]]*$/

/** @param text the JSON that `SmtjOverrideParamsS3Uri` points to; what is no parameter is passed over */
export function readRecipe(text: string): HyperparameterField[] {
  return Object.entries(recipeSchema.parse(JSON.parse(text))).flatMap(([name, value]) => {
    const parsed = parameterSchema.safeParse(value)
    if (filledIn.has(name) || !parsed.success) return []
    const { type, min, max } = parsed.data
    const standard = parsed.data.default === null ? '' : String(parsed.data.default)
    if (!allowedText.test(standard)) return []
    const options =
      parsed.data.enum?.map(String) ?? (type.startsWith('bool') ? ['true', 'false'] : undefined)
    const number = /^int/.test(type) ? 'int' : /^(float|number|double)/.test(type) ? 'float' : null
    return [
      {
        name,
        type: number ?? 'text',
        default: standard,
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
        ...(options === undefined ? {} : { options }),
        advanced: !plain.has(name),
      } satisfies HyperparameterField,
    ]
  })
}
