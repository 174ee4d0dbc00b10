import { Alert, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoney } from '../../shared/cost.ts'
import type { BaseModel } from '../../shared/model.ts'
import { trainingWaySchema, type CloudChoice } from '../../shared/trainingWay.ts'
import type { HourlyPrices } from './catalogFilter.ts'
import { machineOf } from './machines.ts'

interface CloudReviewProps {
  readonly choices: Readonly<Record<string, CloudChoice>>
  readonly baseModels: readonly BaseModel[]
  readonly prices: HourlyPrices
}

/** What is started at AWS, by which way, on which machine, and what that costs. */
export function CloudReview({ choices, baseModels, prices }: CloudReviewProps) {
  const { t } = useTranslation('catalog')
  const isGrouped = new Set(baseModels.map(({ way }) => way)).size > 1
  const needsThroughput = baseModels.filter(({ cloud }) => cloud?.serving === 'throughput')
  return (
    <Paper withBorder radius="lg" p="md" mb="md" component="section">
      <Stack gap="xs">
        <Title order={3} size="h4">
          {t('review.title')}
        </Title>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('app:leaderboard.baseModel')}</Table.Th>
              <Table.Th>{t('filter.way')}</Table.Th>
              <Table.Th>{t('review.machine')}</Table.Th>
              <Table.Th>{t('review.price')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {trainingWaySchema.options.map((way) => {
              const ofWay = baseModels.filter((model) => model.way === way)
              if (ofWay.length === 0) return null
              return (
                <Fragment key={way}>
                  {isGrouped && (
                    <Table.Tr data-way={way}>
                      <Table.Th colSpan={4} scope="colgroup">
                        {t(`way.${way}.name`)}
                      </Table.Th>
                    </Table.Tr>
                  )}
                  {ofWay.map((model) => (
                    <ModelRow
                      key={model.id}
                      model={model}
                      choice={choices[model.id]}
                      {...{ prices }}
                    />
                  ))}
                </Fragment>
              )
            })}
          </Table.Tbody>
        </Table>
        <Text size="sm" c="dimmed">
          {t('review.billed')}
        </Text>
        {needsThroughput.length > 0 && (
          <Alert
            color="orange"
            role="note"
            title={needsThroughput.map(({ displayName }) => displayName).join(', ')}
          >
            {t('serving.throughput')}
          </Alert>
        )}
      </Stack>
    </Paper>
  )
}

interface ModelRowProps {
  readonly model: BaseModel
  readonly choice: CloudChoice | undefined
  readonly prices: HourlyPrices
}

function ModelRow({ model, choice, prices }: ModelRowProps) {
  const { t, i18n } = useTranslation('catalog')
  const machine = machineOf(model, choice)
  const price = machine === null ? undefined : prices.hourly[machine.type]
  return (
    <Table.Tr>
      <Table.Td>{model.displayName}</Table.Td>
      <Table.Td>{t(`way.${model.way}.name`)}</Table.Td>
      <Table.Td>
        {machine === null
          ? t('review.chosenByAws')
          : t(machine.isSpot ? 'review.spot' : 'review.own', { type: machine.type })}
      </Table.Td>
      <Table.Td>
        {price === undefined
          ? t(`billing.${model.cloud?.billing ?? 'tokens'}`)
          : t(machine?.isSpot ? 'review.upToHourly' : 'review.hourly', {
              price: formatMoney(price, prices.currency, i18n.language),
            })}
      </Table.Td>
    </Table.Tr>
  )
}
