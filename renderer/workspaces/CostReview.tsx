import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import {
  bucketCostOf,
  costOf,
  diskCostOf,
  formatMoney,
  formatSmallMoney,
  type MachineCheck,
  type Preflight,
} from '../../shared/cost.ts'
import type { SecondsRange } from '../../shared/duration.ts'
import { invoke } from '../api.ts'
import type { CostPlan, PlannedMachine } from '../catalog/machines.ts'
import { showError } from '../components/showError.tsx'
import { formatBytes } from '../format.ts'
import { preflightQuery } from './queries.ts'

interface CostReviewProps {
  readonly workspaceId: string
  readonly region: string
  readonly plan: CostPlan
}

/** Quota, region, every price with its arithmetic, and what is left of the budget. */
export function CostReview({ workspaceId, region, plan }: CostReviewProps) {
  const { t, i18n } = useTranslation('workspaces')
  const types = plan.machines.map(({ instanceType }) => instanceType)
  const { data: preflight } = useQuery(preflightQuery(workspaceId, types, [...plan.hostingTypes]))
  if (!preflight) return null
  const { currency, budget } = preflight
  const money = (amount: number) => formatMoney(amount, currency, i18n.language)
  return (
    <Paper withBorder radius="lg" p="md" mb="md" component="section" aria-label={t('cost.title')}>
      <Stack gap="sm">
        <Title order={3}>{t('cost.title')}</Title>
        {plan.machines.map((machine) => (
          <MachineLines
            key={`${machine.instanceType} ${machine.isAssumed}`}
            {...{ workspaceId, region, machine, preflight }}
            isReckoned={plan.isReckoned}
          />
        ))}
        <AfterwardsLines plan={plan} preflight={preflight} />
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
  const { instanceType, isAssumed, count, seconds, diskGb } = machine
  const check = preflight.machines.find((one) => one.instanceType === instanceType)
  if (!check) return null
  const { currency, storage } = preflight
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 })
  const { pricePerHour } = check
  const { diskPerGbMonth } = storage
  return (
    <Stack gap={4}>
      <Text fw={500}>{instanceType}</Text>
      {pricePerHour === null ? (
        <Text size="sm">{t('cost.unknownPrice', { instanceType })}</Text>
      ) : (
        <Text size="sm">
          {t(isReckoned ? 'cost.reckonedHours' : 'cost.hours', {
            price: formatMoney(pricePerHour, currency, i18n.language),
            hours: rangeOf(seconds, (value) => number.format(value / 3600)),
            total: rangeOf(seconds, (value) =>
              formatMoney(
                costOf({ pricePerHour, instances: 1, seconds: value }),
                currency,
                i18n.language,
              ),
            ),
          })}
        </Text>
      )}
      {diskGb !== null && diskPerGbMonth !== null && (
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
        <QuotaLine workspaceId={workspaceId} check={check} count={count} />
      )}
    </Stack>
  )
}

/** What goes on costing when the training is over. */
function AfterwardsLines({ plan, preflight }: { plan: CostPlan; preflight: Preflight }) {
  const { t, i18n } = useTranslation('workspaces')
  const { currency, storage, hosting } = preflight
  const { bucketPerGbMonth } = storage
  const { storedBytes, hostingTypes } = plan
  return (
    <Stack gap={4}>
      <Text fw={500}>{t('cost.afterwards')}</Text>
      {storedBytes === null || bucketPerGbMonth === null ? (
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
      {hostingTypes.map((instanceType) => {
        const price = hosting[instanceType]
        return (
          <Text key={instanceType} size="sm">
            {price === undefined
              ? t('cost.endpointUnknown', { instanceType })
              : t('cost.endpoint', {
                  instanceType,
                  price: formatMoney(price, currency, i18n.language),
                  day: formatMoney(price * 24, currency, i18n.language),
                })}
          </Text>
        )
      })}
    </Stack>
  )
}

/** One figure where both ends read the same. */
function rangeOf({ low, high }: SecondsRange, format: (seconds: number) => string): string {
  const [from, to] = [format(low), format(high)]
  return from === to ? from : `${from} – ${to}`
}

interface QuotaLineProps {
  readonly workspaceId: string
  readonly check: MachineCheck
  readonly count: number
}

function QuotaLine({ workspaceId: id, check, count }: QuotaLineProps) {
  const { t } = useTranslation('workspaces')
  const { instanceType, quota } = check
  const ask = useMutation({
    mutationFn: (quotaCode: string) =>
      invoke('preflight.requestIncrease', { id, quotaCode, wanted: count }),
    onError: showError,
  })
  if (!quota)
    return (
      <Text size="sm" c="dimmed">
        {t('cost.quotaUnknown')}
      </Text>
    )
  if (quota.value >= count)
    return <Text size="sm">{t('cost.quotaOk', { limit: quota.value, instanceType })}</Text>
  return (
    <Alert color="orange" role="note">
      <Group justify="space-between">
        <Text size="sm">
          {quota.value === 0
            ? t('cost.quotaZero', { instanceType })
            : t('cost.quotaOk', { limit: quota.value, instanceType })}
        </Text>
        {ask.data ? (
          <Text size="sm">{t('cost.increased', { status: ask.data.status })}</Text>
        ) : (
          <Button
            size="compact-sm"
            disabled={!quota.isAdjustable}
            loading={ask.isPending}
            onClick={() => ask.mutate(quota.code)}
          >
            {t('cost.increase', { count })}
          </Button>
        )}
      </Group>
    </Alert>
  )
}
