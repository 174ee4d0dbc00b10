import { Alert, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import {
  asReckoned,
  costOf,
  diskCostOf,
  formatMoney,
  formatSmallMoney,
  type Preflight,
} from '../../shared/cost.ts'
import type { SecondsRange } from '../../shared/duration.ts'
import type { CostPlan, PlannedMachine } from '../catalog/machines.ts'
import { AfterwardsLines } from './AfterwardsLines.tsx'
import { QuotaLine } from './QuotaLine.tsx'
import { preflightQuery } from './queries.ts'

interface CostReviewProps {
  readonly workspaceId: string
  readonly region: string
  readonly plan: CostPlan
}

/** Quota, region, every price with its arithmetic, and what is left of the budget. */
export function CostReview({ workspaceId, region, plan }: CostReviewProps) {
  const { t, i18n } = useTranslation('workspaces')
  const typesOf = (spare: boolean) => [
    ...new Set(
      plan.machines.flatMap(({ instanceType, isSpot }) => (isSpot === spare ? instanceType : [])),
    ),
  ]
  const { data: preflight } = useQuery(
    preflightQuery(workspaceId, {
      instanceTypes: typesOf(false),
      spotTypes: typesOf(true),
      hostingTypes: [...plan.hostingTypes],
    }),
  )
  if (!preflight) return null
  const { currency, budget } = preflight
  const money = (amount: number) => formatMoney(amount, currency, i18n.language)
  return (
    <Paper withBorder radius="lg" p="md" mb="md" component="section" aria-label={t('cost.title')}>
      <Stack gap="sm">
        <Title order={3}>{t('cost.title')}</Title>
        {plan.machines.map((machine) => (
          <MachineLines
            key={`${machine.instanceType} ${machine.isAssumed} ${machine.isSpot}`}
            {...{ workspaceId, region, machine, preflight }}
            isReckoned={plan.isReckoned}
          />
        ))}
        <AfterwardsLines {...{ workspaceId, region, plan, preflight }} />
        <Text size="sm" c="dimmed">
          {budget === null
            ? t('cost.spentNoBudget', { spent: money(preflight.spent + preflight.committed) })
            : t('cost.spent', {
                spent: money(preflight.spent + preflight.committed),
                budget: money(budget),
              })}
        </Text>
      </Stack>
    </Paper>
  )
}

interface MachineLinesProps {
  readonly workspaceId: string
  readonly region: string
  readonly machine: PlannedMachine
  readonly preflight: Preflight
  readonly isReckoned: boolean
}

function MachineLines(props: MachineLinesProps) {
  const { workspaceId, region, machine, preflight, isReckoned } = props
  const { t, i18n } = useTranslation('workspaces')
  const { instanceType, isAssumed, isSpot, count, seconds, diskGb } = machine
  const check = preflight.machines.find(
    (one) => one.instanceType === instanceType && one.isSpot === isSpot,
  )
  if (!check) return null
  const { currency, storage } = preflight
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 })
  const { pricePerHour } = check
  const { diskPerGbMonth } = storage
  const money = (amount: number) => formatMoney(amount, currency, i18n.language)
  const said = (words: string) => asReckoned(words, check.priceFrom === 'table')
  return (
    <Stack gap={4}>
      <Text fw={500}>
        {isSpot ? t('catalog:review.spot', { type: instanceType }) : instanceType}
      </Text>
      {pricePerHour === null ? (
        <Text size="sm">{t('cost.unknownPrice', { instanceType })}</Text>
      ) : (
        <Text size="sm">
          {t(isReckoned ? 'cost.reckonedHours' : 'cost.hours', {
            price: said(money(pricePerHour)),
            hours: rangeOf(seconds, (value) => number.format(value / 3600)),
            total: said(
              rangeOf(seconds, (value) =>
                money(costOf({ pricePerHour, instances: 1, seconds: value })),
              ),
            ),
          })}
        </Text>
      )}
      {diskGb !== null && (
        <Text size="sm">
          {t('cost.disk', {
            gigabytes: number.format(diskGb),
            price: formatSmallMoney(diskPerGbMonth, currency, i18n.language),
            hours: rangeOf(seconds, (value) => number.format(value / 3600)),
            total: rangeOf(seconds, (value) =>
              formatSmallMoney(
                diskCostOf({ gigabytes: diskGb, perGbMonth: diskPerGbMonth, seconds: value }),
                currency,
                i18n.language,
              ),
            ),
          })}
        </Text>
      )}
      {check.priceFrom === 'table' && (
        <Text size="sm" c="dimmed">
          {t('cost.fromTable')}
        </Text>
      )}
      {check.isOffered === false && (
        <Alert color="orange" role="note">
          {t('cost.notInRegion', { region, instanceType })}
        </Alert>
      )}
      {isAssumed ? (
        <Text size="sm" c="dimmed">
          {t('catalog:review.assumedNote', { type: instanceType })}
        </Text>
      ) : (
        <QuotaLine
          {...{ workspaceId, instanceType, quota: check.quota, count }}
          use={isSpot ? 'spot' : 'training'}
        />
      )}
    </Stack>
  )
}

/** One figure where both ends read the same. */
function rangeOf({ low, high }: SecondsRange, format: (seconds: number) => string): string {
  const [from, to] = [format(low), format(high)]
  return from === to ? from : `${from} – ${to}`
}
