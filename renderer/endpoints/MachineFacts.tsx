import { Alert, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { gpuMemoryOf } from '../../shared/machines.ts'
import { invoke } from '../api.ts'
import { formatSmallMoney } from '../../shared/cost.ts'

interface MachineFactsProps {
  readonly workspaceId: string
  readonly instanceType: string
  readonly instanceCount: number
  /** Null: the model's size is not known. */
  readonly neededGigabytes: number | null
}

/** What the chosen machine costs, and whether the model fits on it. */
export function MachineFacts(props: MachineFactsProps) {
  const { workspaceId, instanceType, instanceCount, neededGigabytes } = props
  const { t, i18n } = useTranslation('ship')
  const isWhole = /^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(instanceType)
  const { data: price } = useQuery({
    queryKey: ['machinePrice', workspaceId, instanceType],
    queryFn: () => invoke('endpoint.price', { workspaceId, instanceType }),
    enabled: isWhole,
    placeholderData: keepPreviousData,
  })
  const has = gpuMemoryOf(instanceType)
  const needed = neededGigabytes === null ? null : Math.ceil(neededGigabytes)
  const money = (perHour: number) =>
    formatSmallMoney(perHour, price?.currency ?? 'USD', i18n.language)
  return (
    <div role="status">
      {price && (
        <Text size="sm" fw={600}>
          {instanceCount === 1
            ? t('deploy.price', { price: money(price.perHour) })
            : t('deploy.priceOfAll', {
                price: money(price.perHour),
                total: money(price.perHour * instanceCount),
                count: instanceCount,
              })}
        </Text>
      )}
      {price === null && <Text size="sm">{t('deploy.priceUnknown')}</Text>}
      {needed !== null && isWhole && has === null && (
        <Text size="sm">{t('deploy.memoryUnknown', { needed })}</Text>
      )}
      {needed !== null && has !== null && needed <= has && (
        <Text size="sm">{t('deploy.fits', { needed, has })}</Text>
      )}
      {needed !== null && has !== null && needed > has && (
        <Alert color="orange" variant="light" mt="xs" icon={<IconAlertTriangle aria-hidden />}>
          {t('deploy.doesNotFit', { needed, has })}
        </Alert>
      )}
    </div>
  )
}
