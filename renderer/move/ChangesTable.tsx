import { Stack, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { mostCanvasCharacters } from '../../shared/cutRows.ts'
import type { ModelVersion } from '../../shared/model.ts'
import { mostTokensOf } from '../../shared/moveSettings.ts'
import { formatDuration, formatSecondsRange } from '../../shared/duration.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'
import { priceOfRun, type StartPrices } from '../../shared/startCost.ts'
import { runPriceSentence } from '../../shared/startCostSentences.ts'
import { formatCount, formatDate } from '../format.ts'
import { reckonedSeconds, runOf } from './moveState.ts'
import type { MovePlan } from './useMovingCandidates.ts'

interface ChangesTableProps {
  readonly plan: MovePlan
  readonly version: ModelVersion
  readonly prices: StartPrices
  readonly machine: CloudChoice | undefined
  readonly acceptedAtMs: number | null
}

/** Here and there, side by side. */
export function ChangesTable({ plan, version, prices, machine, acceptedAtMs }: ChangesTableProps) {
  const { t, i18n } = useTranslation('move')
  const { candidate, target, cut, mostTokens, template, isTemplateLost } = plan
  const { cloud } = target
  const count = (value: number) => formatCount(value, i18n.language)
  const price = priceOfRun(runOf(plan, machine), prices)
  const rented = price.kind === 'hours' && !price.machine.isAssumed ? price.machine : null
  const cost = runPriceSentence(price, prices.currency, i18n.language)
  const time = reckonedSeconds(plan, machine)
  const hereTokens = mostTokensOf(null, candidate.hyperparameters)
  const rows: [key: string, here: string, there: string][] = [
    [
      'baseModel',
      candidate.baseModelName,
      t('modelByWay', { name: target.displayName, way: t(`catalog:way.${target.way}.name`) }),
    ],
    ['machine', t('here'), rented === null ? t('catalog:review.chosenByAws') : rented.type],
    ['price', t('free'), t(cost.key, cost.values)],
    [
      'time',
      candidate.trainingSeconds === null ? t('unknown') : formatDuration(candidate.trainingSeconds),
      time === null
        ? t('timeUnknown')
        : t('timeRough', { time: formatSecondsRange(time, i18n.language) }),
    ],
    [
      'rows',
      count(version.trainingRowCount + version.validationRowCount),
      cloud === null || cloud.rows.max === null
        ? t('rowsNoLimit', { rows: count(cut.rowCount) })
        : t('rowsLimit', { rows: count(cut.rowCount), most: count(cloud.rows.max) }),
    ],
    [
      'tokens',
      hereTokens === null ? t('noLimit') : t('tokensMost', { tokens: count(hereTokens) }),
      mostTokens === null
        ? t('noLimit')
        : t('tokensCut', {
            count: cut.counts.tokens,
            shown: count(cut.counts.tokens),
            tokens: count(mostTokens),
          }),
    ],
    [
      'canvas',
      t('notApplied'),
      t('canvasRows', {
        count: cut.counts.canvas,
        shown: count(cut.counts.canvas),
        characters: mostCanvasCharacters,
      }),
    ],
    [
      'licence',
      t('nothingToAccept'),
      !cloud?.eula
        ? t('nothingToAccept')
        : acceptedAtMs === null
          ? t('licenceOpen')
          : t('licenceAccepted', { date: formatDate(acceptedAtMs, i18n.language) }),
    ],
    [
      'split',
      t('splitSeed', { seed: version.splitSeed }),
      t(cut.counts.leftOut > 0 ? 'splitFewer' : 'splitSame', { seed: version.splitSeed }),
    ],
    [
      'template',
      t('templateOwn'),
      isTemplateLost
        ? t('templateLost')
        : t(
            template
              ? 'templateMoved'
              : target.way === 'jumpStart'
                ? 'templateTheirs'
                : 'templateNone',
          ),
    ],
    ['samples', t('samplesHere'), t('samplesThere')],
    ['asking', t('askingHere'), t(`asking.${cloud?.serving ?? 'endpoint'}`)],
  ]
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        {t('changes.title')}
      </Title>
      <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={t('changes.title')} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={150}>{t('changes.what')}</Table.Th>
              <Table.Th>{t('here')}</Table.Th>
              <Table.Th>{t('changes.there')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(([key, here, there]) => (
              <Table.Tr key={key} data-change={key}>
                <Table.Th scope="row" fw={500}>
                  {t(`changes.${key}`)}
                </Table.Th>
                <Table.Td>{here}</Table.Td>
                <Table.Td>{there}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed">
        {t('changes.note')}
      </Text>
    </Stack>
  )
}
