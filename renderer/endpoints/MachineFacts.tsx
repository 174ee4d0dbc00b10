import { Alert, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { gpuMemoryOf } from '../../shared/machines.ts'
import { PriceNotes } from './PriceNotes.tsx'
import { useMachinePrice } from './useMachinePrice.ts'

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
  const { t } = useTranslation('ship')
  const { isWhole, perHourOf, notes } = useMachinePrice(workspaceId, instanceType)
  const has = gpuMemoryOf(instanceType)
  const needed = neededGigabytes === null ? null : Math.ceil(neededGigabytes)
  return (
    <div role="status">
      {perHourOf && (
        <Text size="sm" fw={600}>
          {instanceCount === 1
            ? t('deploy.price', { price: perHourOf(1) })
            : t('deploy.priceOfAll', {
                price: perHourOf(1),
                total: perHourOf(instanceCount),
                count: instanceCount,
              })}
        </Text>
      )}
      <PriceNotes notes={notes} />
      {perHourOf === null && <Text size="sm">{t('deploy.priceUnknown')}</Text>}
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
