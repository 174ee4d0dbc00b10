/** What changes when a version is trained in an account at AWS instead of here, side by side: for window and command line. */
import { mostCanvasCharacters } from './cutRows.ts'
import { formatDuration, formatSecondsRange } from './duration.ts'
import { formatCount, formatDate } from './formats.ts'
import type { ModelVersion } from './model.ts'
import { runOf, type MovePlan } from './movePlan.ts'
import { mostTokensOf } from './moveSettings.ts'
import { priceOfRun, reckonedSeconds, type StartPrices } from './startCost.ts'
import { runPriceSentence } from './startCostSentences.ts'
import type { CloudChoice } from './trainingWay.ts'

export interface MoveChange {
  /** Its name is `move:changes.<key>`. */
  readonly key: string
  readonly here: string
  readonly there: string
}

export interface MoveSurroundings {
  readonly version: ModelVersion
  readonly prices: StartPrices
  readonly machine: CloudChoice | undefined
  /** Of the base model's licence; null: not accepted, or there is none. */
  readonly acceptedAtMs: number | null
}

/** @param t of the namespaces `move` and `catalog` */
export function changesOf(
  plan: MovePlan,
  { version, prices, machine, acceptedAtMs }: MoveSurroundings,
  t: (key: string, values?: Record<string, string | number>) => string,
  language: string,
): MoveChange[] {
  const { candidate, target, cut, mostTokens, template, isTemplateLost } = plan
  const { cloud } = target
  const count = (value: number) => formatCount(value, language)
  const run = runOf(plan, machine)
  const price = priceOfRun(run, prices)
  const rented = price.kind === 'hours' && !price.machine.isAssumed ? price.machine : null
  const cost = runPriceSentence(price, prices.currency, language)
  const time = reckonedSeconds(run)
  const hereTokens = mostTokensOf(null, candidate.hyperparameters)
  const rows: readonly (readonly [key: string, here: string, there: string])[] = [
    [
      'baseModel',
      candidate.baseModelName,
      t('move:modelByWay', { name: target.displayName, way: t(`catalog:way.${target.way}.name`) }),
    ],
    ['machine', t('move:here'), rented === null ? t('catalog:review.chosenByAws') : rented.type],
    ['price', t('move:free'), t(cost.key, cost.values)],
    [
      'time',
      candidate.trainingSeconds === null
        ? t('move:unknown')
        : formatDuration(candidate.trainingSeconds),
      time === null
        ? t('move:timeUnknown')
        : t('move:timeRough', { time: formatSecondsRange(time, language) }),
    ],
    [
      'rows',
      count(version.trainingRowCount + version.validationRowCount),
      cloud === null || cloud.rows.max === null
        ? t('move:rowsNoLimit', { rows: count(cut.rowCount) })
        : t('move:rowsLimit', { rows: count(cut.rowCount), most: count(cloud.rows.max) }),
    ],
    [
      'tokens',
      hereTokens === null ? t('move:noLimit') : t('move:tokensMost', { tokens: count(hereTokens) }),
      mostTokens === null
        ? t('move:noLimit')
        : t('move:tokensCut', {
            count: cut.counts.tokens,
            shown: count(cut.counts.tokens),
            tokens: count(mostTokens),
          }),
    ],
    [
      'canvas',
      t('move:notApplied'),
      t('move:canvasRows', {
        count: cut.counts.canvas,
        shown: count(cut.counts.canvas),
        characters: mostCanvasCharacters,
      }),
    ],
    [
      'licence',
      t('move:nothingToAccept'),
      !cloud?.eula
        ? t('move:nothingToAccept')
        : acceptedAtMs === null
          ? t('move:licenceOpen')
          : t('move:licenceAccepted', { date: formatDate(acceptedAtMs, language) }),
    ],
    [
      'split',
      t('move:splitSeed', { seed: version.splitSeed }),
      t(cut.counts.leftOut > 0 ? 'move:splitFewer' : 'move:splitSame', { seed: version.splitSeed }),
    ],
    [
      'template',
      t('move:templateOwn'),
      isTemplateLost
        ? t('move:templateLost')
        : t(
            template
              ? 'move:templateMoved'
              : target.way === 'jumpStart'
                ? 'move:templateTheirs'
                : 'move:templateNone',
          ),
    ],
    ['samples', t('move:samplesHere'), t('move:samplesThere')],
    ['asking', t('move:askingHere'), t(`move:asking.${cloud?.serving ?? 'endpoint'}`)],
  ]
  return rows.map(([key, here, there]) => ({ key, here, there }))
}
