import { Checkbox, Group, Paper, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { asReckoned, formatMoney } from '../../shared/cost.ts'
import type { BaseModel } from '../../shared/model.ts'
import { Tag } from '../components/Tag.tsx'
import { formatCompact, formatCount } from '../format.ts'
import { machineOf, type StartPrices } from '../../shared/startCost.ts'
import { hourlyPriceOf } from './catalogFilter.ts'

interface CatalogCardProps {
  readonly model: BaseModel
  readonly prices: StartPrices
  readonly isChosen: boolean
  readonly isBusy: boolean
  /** Usable rows of the dataset; null while none is chosen. */
  readonly rows: number | null
  readonly onChange: (isChosen: boolean) => void
}

export function CatalogCard({ model, prices, isChosen, isBusy, rows, onChange }: CatalogCardProps) {
  const { t, i18n } = useTranslation('catalog')
  const { cloud, parameterCount } = model
  const price = hourlyPriceOf(model, prices)
  const machine = machineOf(model, undefined)
  const facts = [
    model.provider,
    parameterCount === null
      ? ''
      : t('app:wizard.parameters', {
          count: parameterCount,
          shown: formatCompact(parameterCount, i18n.language),
        }),
    model.license,
    price !== null
      ? t(machine?.isAssumed ? 'aboutPerHour' : 'perHour', {
          price: asReckoned(
            formatMoney(price, prices.currency, i18n.language),
            prices.from === 'table' && machine?.isAssumed !== true,
          ),
          type: machine?.type ?? '',
        })
      : (cloud?.instanceTypes[0] ?? t(`billing.${cloud?.billing ?? 'tokens'}`)),
  ]
  const limit = cloud?.rows.max ?? null
  const tooMany = rows !== null && limit !== null && rows > limit
  const tooFew = rows !== null && cloud !== null && rows < cloud.rows.min
  return (
    <Paper withBorder radius="md" px="md" py="sm" data-chosen={isChosen || undefined}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Checkbox
          checked={isChosen}
          disabled={isBusy}
          onChange={(event) => onChange(event.currentTarget.checked)}
          label={model.displayName}
          description={facts.filter((fact) => fact !== '').join(' · ')}
          styles={{ label: { fontWeight: 600 } }}
        />
        <Group gap={6} justify="flex-end">
          {cloud?.eula && <Tag tone="neutral">{t('licence.tag')}</Tag>}
          <Tag tone="busy">{t(`way.${model.way}.name`)}</Tag>
        </Group>
      </Group>
      {isChosen && cloud && (
        <Stack gap={2} ml={32} mt={6}>
          {cloud.tokens !== null && (
            <Text size="sm" c="dimmed">
              {t('limits.tokens', { tokens: formatCount(cloud.tokens, i18n.language) })}
            </Text>
          )}
          {cloud.serving === 'throughput' && (
            <Text size="sm" fw={600} role="note">
              {t('serving.throughput')}
            </Text>
          )}
          {cloud.serving === 'onDemand' && (
            <Text size="sm" c="dimmed">
              {t('serving.onDemand')}
            </Text>
          )}
        </Stack>
      )}
      {(tooMany || tooFew) && (
        <Text size="sm" ml={32} mt={4} c="orange.8" role="note">
          {tooMany
            ? t('limits.tooMany', {
                rows: formatCount(rows, i18n.language),
                limit: formatCount(limit, i18n.language),
              })
            : t('limits.tooFew', {
                rows: formatCount(rows ?? 0, i18n.language),
                limit: formatCount(cloud?.rows.min ?? 0, i18n.language),
              })}
        </Text>
      )}
    </Paper>
  )
}
