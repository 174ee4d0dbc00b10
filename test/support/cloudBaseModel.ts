import { baseModelSchema, type BaseModel } from '../../shared/model.ts'

/** A base model of an account, as its catalogue names it. */
export function aCloudBaseModel(
  id: string,
  change: Partial<BaseModel> = {},
  cloud: Partial<NonNullable<BaseModel['cloud']>> = {},
): BaseModel {
  return baseModelSchema.parse({
    id,
    version: '1',
    displayName: id,
    provider: 'Acme',
    license: 'MIT',
    description: '',
    languages: [],
    parameterCount: null,
    contextTokens: null,
    card: '',
    hyperparameters: [],
    cloud: {
      task: 'Text Generation',
      eula: null,
      rows: { min: 1, max: null },
      tokens: null,
      instanceTypes: [],
      canUseSpot: true,
      billing: 'tokens',
      serving: 'endpoint',
      ...cloud,
    },
    ...change,
  })
}
