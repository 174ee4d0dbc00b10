/** What one machine costs in a workspace, as it is typed in. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatSmallMoney } from '../../shared/cost.ts'
import { invoke } from '../api.ts'

export const machinePriceQuery = (workspaceId: string, instanceType: string) =>
  queryOptions({
    queryKey: ['machinePrice', workspaceId, instanceType],
    queryFn: () => invoke('endpoint.price', { workspaceId, instanceType }),
  })

export interface MachinePrice {
  /** Whether the name is that of an instance type, and not the half of one. */
  readonly isWhole: boolean
  /** Of so many by the hour, in words; null: no list has it, undefined: not read yet. */
  readonly perHourOf: ((count: number) => string) | null | undefined
}

/** @param workspaceId on this computer nothing is asked */
export function useMachinePrice(workspaceId: string, instanceType: string): MachinePrice {
  const { i18n } = useTranslation()
  const isWhole = workspaceId !== 'local' && /^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(instanceType)
  const { data: price } = useQuery({
    ...machinePriceQuery(workspaceId, instanceType),
    enabled: isWhole,
    placeholderData: keepPreviousData,
  })
  const perHourOf =
    price &&
    ((count: number) => formatSmallMoney(price.perHour * count, price.currency, i18n.language))
  return { isWhole, perHourOf }
}
