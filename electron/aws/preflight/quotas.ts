/** How many machines of a type the account may run, and asking AWS for more. */
import {
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  RequestServiceQuotaIncreaseCommand,
} from '@aws-sdk/client-service-quotas'
import type { Quota } from '../../../shared/cost.ts'
import { withAwsErrors } from '../errors.ts'
import { pagesOf } from '../pages.ts'
import type { OpenAccount } from '../workspace.ts'

export type QuotaUse = 'training job usage' | 'spot training job usage' | 'endpoint usage'

const serviceCode = 'sagemaker'
const pageSize = 100

/** By quota name, such as "ml.g5.12xlarge for training job usage". There are thousands, so they are read once. */
export type Quotas = ReadonlyMap<string, Quota>

/** What the account has a value of its own for. */
export function listQuotas(account: Pick<OpenAccount, 'clients'>): Promise<Quotas> {
  return readQuotas(account, (input) => new ListServiceQuotasCommand(input))
}

/** What holds for accounts that never asked for more. */
export function listDefaultQuotas(account: Pick<OpenAccount, 'clients'>): Promise<Quotas> {
  return readQuotas(account, (input) => new ListAWSDefaultServiceQuotasCommand(input))
}

async function readQuotas(
  { clients }: Pick<OpenAccount, 'clients'>,
  command: (input: {
    ServiceCode: string
    MaxResults: number
    NextToken: string | undefined
  }) => ListServiceQuotasCommand | ListAWSDefaultServiceQuotasCommand,
): Promise<Quotas> {
  const { serviceQuotas } = await clients.cloud()
  const quotas = new Map<string, Quota>()
  const pages = pagesOf((NextToken) =>
    serviceQuotas.send(command({ ServiceCode: serviceCode, MaxResults: pageSize, NextToken })),
  )
  for await (const page of pages) {
    for (const { QuotaName, QuotaCode, Value, Adjustable } of page.Quotas ?? []) {
      if (QuotaName !== undefined && QuotaCode !== undefined && Value !== undefined)
        quotas.set(QuotaName, { code: QuotaCode, value: Value, isAdjustable: Adjustable === true })
    }
  }
  return quotas
}

export function quotaName(instanceType: string, use: QuotaUse): string {
  return `${instanceType} for ${use}`
}

/** @returns the request's status, in AWS's words. One that was made before is no error: it says PENDING */
export async function requestIncrease(
  { clients }: Pick<OpenAccount, 'clients'>,
  quotaCode: string,
  wanted: number,
): Promise<string> {
  const { serviceQuotas } = await clients.cloud()
  const answer = await withAwsErrors(() =>
    serviceQuotas.send(
      new RequestServiceQuotaIncreaseCommand({
        ServiceCode: serviceCode,
        QuotaCode: quotaCode,
        DesiredValue: wanted,
      }),
    ),
  )
  return answer.RequestedQuota?.Status ?? 'PENDING'
}
