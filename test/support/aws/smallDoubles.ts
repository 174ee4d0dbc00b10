/** Services of which little is asked: who am I, quotas, prices. */
import type { ServiceDouble } from './doubleContext.ts'
import { ServiceFailure } from './serviceFailure.ts'

export const stsDouble: ServiceDouble = {
  GetCallerIdentity: ({ account }) => ({
    UserId: 'AIDAEXAMPLEEXAMPLE',
    Account: account,
    Arn: `arn:aws:iam::${account}:user/analyst`,
  }),
}

/** What the role of the schedules may do; the user may everything that is asked. */
export const simulationDouble: ServiceDouble = {
  SimulatePrincipalPolicy: ({ hosting }, input) => ({
    EvaluationResults: (input['ActionNames'] as string[]).map((EvalActionName) => ({
      EvalActionName,
      EvalDecision: hosting.deniedToScheduler.has(EvalActionName) ? 'implicitDeny' : 'allowed',
    })),
    IsTruncated: false,
  }),
}

export const serviceQuotasDouble: ServiceDouble = {
  ListServiceQuotas: (context, input) => {
    if (input['ServiceCode'] !== 'sagemaker')
      throw new ServiceFailure('NoSuchResourceException', 'The service is not known.')
    const types = [
      'ml.g5.2xlarge',
      'ml.g5.12xlarge',
      'ml.g5.24xlarge',
      'ml.g5.48xlarge',
      'ml.g4dn.2xlarge',
      'ml.p4d.24xlarge',
    ]
    return {
      Quotas: types.flatMap((type, index) =>
        ['training job usage', 'spot training job usage', 'endpoint usage'].map((use, place) => ({
          ServiceCode: 'sagemaker',
          QuotaName: `${type} for ${use}`,
          QuotaCode: `L-${(index * 16 + place).toString(16).toUpperCase().padStart(8, '0')}`,
          QuotaArn: `arn:aws:servicequotas:${context.region}:${context.account}:sagemaker/L-${index}${place}`,
          Value: context.limits.trainingInstances.get(type) ?? 2,
          Unit: 'None',
          Adjustable: true,
          GlobalQuota: false,
        })),
      ),
    }
  },
}

/** US dollars an hour in us-east-1, rounded: a double's figures, not AWS's. */
const hourly: Readonly<Record<string, number>> = {
  'ml.g4dn.2xlarge': 0.94,
  'ml.g5.2xlarge': 1.52,
  'ml.g5.12xlarge': 7.09,
  'ml.g5.24xlarge': 10.18,
  'ml.g5.48xlarge': 20.36,
  'ml.p3.16xlarge': 28.15,
  'ml.p4d.24xlarge': 37.69,
  'ml.m5.2xlarge': 0.461,
}

/** US dollars for a thousand tokens, made up as well; usage types as AWS writes them. */
const perThousandTokens: Readonly<Record<string, number>> = {
  'USE1-NovaMicro-Customization-Training': 0.002,
  'USE1-Nova2.0Lite-Customization-Training': 0.004,
  'USW2-Llama3-3-70B-Customization-Training': 0.01,
}

const priced = (attributes: Readonly<Record<string, string>>, unit: string, USD: number) =>
  JSON.stringify({
    product: { sku: `SKU${attributes['usagetype']}`, attributes },
    terms: {
      OnDemand: {
        term: { priceDimensions: { rate: { unit, pricePerUnit: { USD: String(USD) } } } },
      },
    },
  })

export const pricingDouble: ServiceDouble = {
  GetProducts: (_context, input) => {
    if (input['ServiceCode'] === 'AmazonBedrock')
      return {
        FormatVersion: 'aws_v1',
        PriceList: Object.entries(perThousandTokens).map(([usagetype, USD]) =>
          priced({ usagetype, feature: 'Model Customization' }, '1K tokens', USD),
        ),
      }
    const filters = new Map(
      ((input['Filters'] as { Field: string; Value: string }[] | undefined) ?? []).map(
        ({ Field, Value }) => [Field, Value],
      ),
    )
    const region = filters.get('regionCode') ?? 'us-east-1'
    const wanted = filters.get('instanceName')
    const use = filters.get('platoinstancetype') ?? filters.get('component') ?? 'Training'
    return {
      FormatVersion: 'aws_v1',
      PriceList: Object.entries(hourly)
        .filter(([type]) => wanted === undefined || wanted === type)
        .map(([instanceName, USD]) =>
          JSON.stringify({
            product: {
              productFamily: 'ML Instance',
              sku: `SKU${instanceName}`,
              attributes: {
                regionCode: region,
                instanceName,
                platoinstancetype: use,
                component: use,
              },
            },
            terms: {
              OnDemand: {
                term: {
                  priceDimensions: { rate: { unit: 'Hrs', pricePerUnit: { USD: String(USD) } } },
                },
              },
            },
          }),
        ),
    }
  },
}
