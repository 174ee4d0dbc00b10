import { Stack, Text } from '@mantine/core'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { storageAsOf } from '../../shared/builtInPrices.ts'
import {
  asReckoned,
  bucketCostOf,
  formatMoney,
  formatSmallMoney,
  type Preflight,
} from '../../shared/cost.ts'
import { formatMonth } from '../../shared/formats.ts'
import { reckonedPriceSentences } from '../../shared/reckonedPriceSentences.ts'
import type { CostPlan } from '../catalog/machines.ts'
import { PriceNotes } from '../endpoints/PriceNotes.tsx'
import { formatBytes } from '../format.ts'
import { QuotaLine } from './QuotaLine.tsx'

interface AfterwardsLinesProps {
  readonly workspaceId: string
  readonly region: string
  readonly plan: CostPlan
  readonly preflight: Preflight
}

/** What goes on costing when the training is over. */
export function AfterwardsLines({ workspaceId, region, plan, preflight }: AfterwardsLinesProps) {
  const { t, i18n } = useTranslation('workspaces')
  const { currency, storage, hosting, hostingFrom, hostingQuotas } = preflight
  const { bucketPerGbMonth, bucketFrom } = storage
  const { storedBytes, hostingTypes } = plan
  return (
    <Stack gap={4}>
      <Text fw={500}>{t('cost.afterwards')}</Text>
      {storedBytes === null ? (
        <Text size="sm">{t('cost.bucketUnknown')}</Text>
      ) : (
        <Text size="sm">
          {t('cost.bucket', {
            size: formatBytes(storedBytes),
            price: formatSmallMoney(bucketPerGbMonth, currency, i18n.language),
            total: formatSmallMoney(
              bucketCostOf(storedBytes, bucketPerGbMonth),
              currency,
              i18n.language,
            ),
          })}
        </Text>
      )}
      {bucketFrom === 'table' && (
        <Text size="sm" c="dimmed">
          {t('cost.storageFromTable', { month: formatMonth(storageAsOf, i18n.language) })}
        </Text>
      )}
      {hostingTypes.map((instanceType) => {
        const price = hosting[instanceType]
        const said = (amount: number) =>
          asReckoned(formatMoney(amount, currency, i18n.language), hostingFrom === 'table')
        const notes =
          price === undefined || hostingFrom === 'priceList'
            ? []
            : reckonedPriceSentences(region, instanceType, i18n.language)
        return (
          <Fragment key={instanceType}>
            <Text size="sm">
              {price === undefined
                ? t('cost.endpointUnknown', { instanceType })
                : t('cost.endpoint', { instanceType, price: said(price), day: said(price * 24) })}
            </Text>
            <PriceNotes notes={notes} />
            {hostingQuotas[instanceType] && (
              <QuotaLine
                {...{ workspaceId, instanceType, quota: hostingQuotas[instanceType], count: 1 }}
                use="endpoint"
              />
            )}
          </Fragment>
        )
      })}
    </Stack>
  )
}
