import { Alert, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { costOf, formatMoney, type MachineCheck, type Preflight } from '../../shared/cost.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { preflightQuery } from './queries.ts'

/** A machine that is going to be rented, and for how long. */
export interface PlannedMachine {
  readonly instanceType: string
  readonly count: number
  readonly seconds: number
}

interface CostReviewProps {
  readonly workspaceId: string
  readonly region: string
  readonly machines: readonly PlannedMachine[]
}

/** Quota, region, price with its arithmetic, and what is left of the budget. */
export function CostReview({ workspaceId, region, machines }: CostReviewProps) {
  const { t, i18n } = useTranslation('workspaces')
  const types = [...new Set(machines.map(({ instanceType }) => instanceType))]
  const { data: preflight } = useQuery(preflightQuery(workspaceId, types))
  if (!preflight) return null
  const { currency, budget } = preflight
  const money = (amount: number) => formatMoney(amount, currency, i18n.language)
  return (
    <Paper withBorder radius="lg" p="md" mb="md" component="section">
      <Stack gap="sm">
        <Title order={3}>{t('cost.title')}</Title>
        {machines.map((machine) => (
          <MachineLines
            key={machine.instanceType}
            workspaceId={workspaceId}
            region={region}
            machine={machine}
            preflight={preflight}
          />
        ))}
        <Text size="sm" c="dimmed">
          {budget === null
            ? t('cost.spentNoBudget', { spent: money(preflight.spent) })
            : t('cost.spent', { spent: money(preflight.spent), budget: money(budget) })}
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
}

function MachineLines({ workspaceId, region, machine, preflight }: MachineLinesProps) {
  const { t, i18n } = useTranslation('workspaces')
  const { instanceType, count, seconds } = machine
  const check = preflight.machines.find((one) => one.instanceType === instanceType)
  if (!check) return null
  const money = (amount: number) => formatMoney(amount, preflight.currency, i18n.language)
  const hours = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 2 })
  const pricePerHour = check.pricePerHour
  return (
    <Stack gap={4}>
      <Text fw={500}>{instanceType}</Text>
      {pricePerHour === null ? (
        <Text size="sm">{t('cost.unknownPrice', { instanceType })}</Text>
      ) : (
        <Text size="sm">
          {t('cost.hours', {
            price: money(pricePerHour),
            hours: hours.format(seconds / 3600),
            count,
            total: money(costOf({ pricePerHour, instances: count, seconds })),
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
      <QuotaLine workspaceId={workspaceId} check={check} count={count} />
    </Stack>
  )
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
