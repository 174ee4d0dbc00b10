/** A model card as SageMaker's schema has it: what the model is for, how it was made and how it did. */
import type { BaseModel, Candidate, Model, ModelVersion } from '../../shared/model.ts'
import type { RegisterRequest } from '../../shared/registry.ts'

/** https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html#model-cards-json-schema */
export function modelCard(facts: {
  readonly model: Model
  readonly version: ModelVersion
  readonly candidate: Candidate
  readonly baseModel: BaseModel
  readonly facts: Readonly<Record<string, string>>
  readonly request: RegisterRequest
}): string {
  const { model, version, candidate, baseModel, request } = facts
  const value = (name: string) => facts.facts[name]
  const figures = ['validationLoss', 'perplexity', 'bitsPerByte'].flatMap((name) => {
    const figure = Number(value(name))
    return value(name) !== undefined && Number.isFinite(figure)
      ? [{ name, type: 'number', value: figure }]
      : []
  })
  return JSON.stringify({
    model_overview: {
      model_name: model.name,
      model_description: request.description,
      model_version: version.number,
      problem_type: 'Text generation',
      algorithm_type: `Fine-tuned from ${baseModel.displayName}`,
      model_artifact: candidate.modelArtifactUri === null ? [] : [candidate.modelArtifactUri],
    },
    intended_uses: {
      purpose_of_model: request.description,
      intended_uses: request.intendedUse,
      factors_affecting_model_efficiency:
        'Fine-tuning changes how a model answers more than what it knows.',
    },
    training_details: {
      objective_function: { function: { function: 'Minimize', facet: 'Loss' } },
      training_observations: `${version.trainingRowCount} rows of ${version.datasetName} (SHA-256 ${version.datasetSha256}); ${version.validationRowCount} held back.`,
      training_job_details: {
        training_arn: candidate.trainingJobArn ?? '',
        hyper_parameters: Object.entries(candidate.hyperparameters).map(([name, setting]) => ({
          name,
          value: setting,
        })),
      },
    },
    evaluation_details:
      figures.length === 0
        ? []
        : [
            {
              name: 'Validation',
              evaluation_observation: value('verdict') ?? '',
              metric_groups: [{ name: 'Held-back rows', metric_data: figures }],
            },
          ],
    additional_information: {
      caveats_and_recommendations: `License of the base model: ${baseModel.license}`,
    },
  })
}
