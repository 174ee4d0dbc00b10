import { useTranslation } from 'react-i18next'
import { FactsTable } from '../components/FactsTable.tsx'
import type { Model, ModelVersion } from '../../shared/model.ts'
import type { AwsWorkspace } from '../../shared/workspace.ts'
import { reckonedSeconds, type StartPrices } from '../../shared/startCost.ts'
import { CloudReview } from '../catalog/CloudReview.tsx'
import { costPlan } from '../catalog/machines.ts'
import { formatCount, formatPercent } from '../format.ts'
import { CostReview } from '../workspaces/CostReview.tsx'
import { runOf, type MoveDraft } from '../../shared/movePlan.ts'
import type { MovePlan } from '../../shared/movePlan.ts'

interface MoveReviewProps {
  readonly place: AwsWorkspace
  readonly model: Model
  readonly version: ModelVersion
  readonly draft: MoveDraft
  readonly prices: StartPrices
  readonly moving: readonly MovePlan[]
  /** Of the dataset. */
  readonly dataBytes: number
}

/** What it costs, and once more what is sent. */
export function MoveReview({
  place,
  model,
  version,
  draft,
  prices,
  moving,
  dataBytes,
}: MoveReviewProps) {
  const { t, i18n } = useTranslation('move')
  const targets = moving.map(({ target }) => target)
  const sent = Math.max(0, ...moving.map(({ cut }) => cut.rowCount))
  const rows: [string, string][] = [
    [t('app:wizard.name'), t('review.newVersion', { name: model.name })],
    [t('app:wizard.where'), t('catalog:inAws', { name: place.name, region: place.region })],
    [
      t('app:wizard.dataset'),
      t('app:wizard.datasetOption', {
        name: version.datasetName,
        rows: formatCount(sent, i18n.language),
      }),
    ],
    [
      t('workbench:split.kind'),
      `${formatPercent(version.validationFraction)} · ${t('splitSeed', { seed: version.splitSeed })}`,
    ],
    ...moving.map(({ target, moved, settings }): [string, string] => [
      target.displayName,
      moved
        .flatMap(({ to }) =>
          to
            ? [
                `${t(`app:hyperparameter.${to.name}.label`, { defaultValue: to.name })} ${settings[to.name] ?? to.value}`,
              ]
            : [],
        )
        .join(' · '),
    ]),
  ]
  return (
    <>
      <CloudReview
        runs={moving.map((plan) => runOf(plan, draft.machines[plan.target.id]))}
        prices={prices}
      />
      <CostReview
        workspaceId={place.id}
        region={place.region}
        plan={costPlan(targets, draft.machines, dataBytes, (model) => {
          const plan = moving.find(({ target }) => target.id === model.id)
          return plan ? reckonedSeconds(runOf(plan, draft.machines[model.id])) : null
        })}
      />
      <FactsTable facts={rows} nameWidth={200} />
    </>
  )
}
