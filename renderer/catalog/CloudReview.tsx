import { Alert, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { BaseModel } from '../../shared/model.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'
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
            {baseModels.map((model) => {
              const machine = machineOf(model, choices[model.id])
              const price = machine === null ? undefined : prices[machine.type]
              return (
                <Table.Tr key={model.id}>
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
                          price: `$${price.toFixed(2)}`,
                        })}
                  </Table.Td>
                </Table.Tr>
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
