/** What begins to cost by the hour when models are asked: test endpoints that do not run yet. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatPrices } from '../../shared/endpoint.ts'
import type { Sentence } from '../../shared/evaluationSentences.ts'
import { askedSideOf, type Speaker } from '../../shared/playground.ts'
import { reckonedPriceSentences } from '../../shared/reckonedPriceSentences.ts'
import { startPriceQuery } from '../shipQueries.ts'

export interface StartPrice {
  /** Endpoints that would be started. */
  readonly count: number
  /** Of all of them together, in words; null: not known. */
  readonly perHour: string | null
  /** How they were reckoned, if AWS's list did not tell them. */
  readonly notes: readonly Sentence[]
  /** It is being looked up; until then nothing should be started. */
  readonly isPending: boolean
}

export function useStartPrice(speakers: readonly Speaker[]): StartPrice {
  const { language } = useTranslation().i18n
  const asked = speakers.flatMap((speaker) => askedSideOf(speaker) ?? [])
  const { data, isLoading } = useQuery({ ...startPriceQuery(asked), enabled: asked.length > 0 })
  const started = data ?? []
  const known = started.flatMap(({ price }) => price ?? [])
  return {
    count: started.length,
    perHour:
      known.length > 0 && known.length === started.length ? formatPrices(known, language) : null,
    notes: started.flatMap(({ price, instanceType }) =>
      price && price.reckonedIn !== null
        ? reckonedPriceSentences(price.reckonedIn, instanceType, language)
        : [],
    ),
    isPending: isLoading,
  }
}
