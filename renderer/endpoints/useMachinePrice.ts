/** What one machine costs in a workspace, as it is typed in. */
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatPrice } from '../../shared/endpoint.ts'
import { reckonedPriceSentences } from '../../shared/reckonedPriceSentences.ts'
import type { Sentence } from '../../shared/evaluationSentences.ts'
import { invoke } from '../api.ts'

export const machinePriceQuery = (workspaceId: string, instanceType: string) =>
  queryOptions({
    queryKey: ['machinePrice', workspaceId, instanceType],
    queryFn: () => invoke('endpoint.price', { workspaceId, instanceType }),
  })

export interface MachinePrice {
  /** Whether the name is that of an instance type, and not the half of one. */
  readonly isWhole: boolean
  /** Of so many by the hour, in words; null: no list has it, undefined: not read yet, or nothing to read. */
  readonly perHourOf: ((count: number) => string) | null | undefined
  /** How it was reckoned, if AWS's list did not tell it. */
  readonly notes: readonly Sentence[]
  /** Until it is there nothing should be started. */
  readonly isPending: boolean
}

/** @param workspaceId on this computer nothing is asked */
export function useMachinePrice(workspaceId: string, instanceType: string): MachinePrice {
  const { language } = useTranslation().i18n
  const isWhole = workspaceId !== 'local' && /^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(instanceType)
  const {
    data: price,
    isLoading: isPending,
    isPlaceholderData,
  } = useQuery({
    ...machinePriceQuery(workspaceId, instanceType),
    enabled: isWhole,
    placeholderData: keepPreviousData,
  })
  const perHourOf = price && ((count: number) => formatPrice(price, count, language))
  const reckonedIn = price?.reckonedIn ?? null
  const notes =
    reckonedIn === null || isPlaceholderData
      ? []
      : reckonedPriceSentences(reckonedIn, instanceType, language)
  return { isWhole, perHourOf, notes, isPending: isPending || isPlaceholderData }
}
