import { Alert, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { priceOfRun, type PlannedRun, type StartPrices } from '../../shared/startCost.ts'
import { priceSourceSentences, runPriceSentence } from '../../shared/startCostSentences.ts'
import { trainingWaySchema } from '../../shared/trainingWay.ts'

interface CloudReviewProps {
  readonly runs: readonly PlannedRun[]
  readonly prices: StartPrices
}

/** What is started at AWS, by which way, on which machine, and what that costs. */
export function CloudReview({ runs, prices }: CloudReviewProps) {
  const { t } = useTranslation('catalog')
  const isGrouped = new Set(runs.map(({ model }) => model.way)).size > 1
  const needsThroughput = runs.filter(({ model }) => model.cloud?.serving === 'throughput')
  return (
    <Paper withBorder radius="lg" p="md" mb="md" component="section">
      <Stack gap="xs">
        <Title order={3} size="h4">
          {t('review.title')}
        </Title>
        <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
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
                const ofWay = runs.filter(({ model }) => model.way === way)
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
                    {ofWay.map((run) => (
                      <RunRow key={run.model.id} run={run} prices={prices} />
                    ))}
                  </Fragment>
                )
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <Text size="sm" c="dimmed">
          {t('review.billed')}
        </Text>
        {needsThroughput.length > 0 && (
          <Alert
            color="orange"
            role="note"
            title={needsThroughput.map(({ model }) => model.displayName).join(', ')}
          >
            {t('serving.throughput')}
          </Alert>
        )}
      </Stack>
    </Paper>
  )
}

interface RunRowProps {
  readonly run: PlannedRun
  readonly prices: StartPrices
}

function RunRow({ run, prices }: RunRowProps) {
  const { t, i18n } = useTranslation('catalog')
  const { model } = run
  const price = priceOfRun(run, prices)
  const { key, values } = runPriceSentence(price, prices.currency, i18n.language)
  const sources = priceSourceSentences(price, i18n.language)
  return (
    <Table.Tr>
      <Table.Td>{model.displayName}</Table.Td>
      <Table.Td>{t(`way.${model.way}.name`)}</Table.Td>
      <Table.Td>
        {price.kind === 'tokens' || price.machine.isAssumed
          ? t('review.chosenByAws')
          : t(price.machine.isSpot ? 'review.spot' : 'review.own', { type: price.machine.type })}
      </Table.Td>
      <Table.Td>
        {t(key, values)}
        {sources.map((source) => (
          <Text key={source.key} size="sm" c="dimmed">
            {t(source.key, source.values)}
          </Text>
        ))}
      </Table.Td>
    </Table.Tr>
  )
}
