import { Alert, Button, Group, Pill, Progress, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BaseModel } from '../../shared/model.ts'
import { on } from '../api.ts'
import { ErrorDataNotice, ErrorNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { formatCount } from '../format.ts'
import { catalogQuery, licenceQuery } from '../queries.ts'
import type { StepProps } from '../wizard/stepProps.ts'
import { CatalogCard } from './CatalogCard.tsx'
import { CatalogFilters } from './CatalogFilters.tsx'
import type { StartPrices } from '../../shared/startCost.ts'
import { filterCatalog, noFilter } from './catalogFilter.ts'
import { LicenceDialog } from './LicenceDialog.tsx'

const pageSize = 20

/** The base models of an account at AWS: hundreds, so they are looked for. */
export function CatalogStep({
  draft,
  dispatch,
  rows,
  prices,
}: StepProps & { readonly rows: number | null; readonly prices: StartPrices }) {
  const { t, i18n } = useTranslation('catalog')
  const client = useQueryClient()
  const { workspaceId } = draft
  const { data, error } = useQuery(catalogQuery(workspaceId))
  const [filter, setFilter] = useState(noFilter)
  const [shown, setShown] = useState(pageSize)
  const [asking, setAsking] = useState<BaseModel | null>(null)
  const [checkingId, setCheckingId] = useState<string | null>(null)
  const [progress, setProgress] = useState<{ read: number; total: number } | null>(null)
  useEffect(() => on('catalog.progressed', setProgress), [])
  const deferred = useDeferredValue(filter)
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Reading progress={progress} />

  const models = data.baseModels
  const found = filterCatalog(models, deferred, prices)
  const chosen = models.filter(({ id }) => draft.baseModelIds.includes(id))
  const add = ({ id }: BaseModel) =>
    dispatch({ type: 'baseModelsChosen', ids: [...draft.baseModelIds, id] })
  const remove = ({ id }: BaseModel) =>
    dispatch({
      type: 'baseModelsChosen',
      ids: draft.baseModelIds.filter((known) => known !== id),
    })

  /** One whose licence was not accepted yet is asked about first. */
  async function change(model: BaseModel, isChosen: boolean): Promise<void> {
    if (!isChosen) return remove(model)
    if (!model.cloud?.eula) return add(model)
    setCheckingId(model.id)
    try {
      const licence = await client.fetchQuery(licenceQuery(workspaceId, model.id))
      if (licence === null || licence.acceptedAtMs !== null) add(model)
      else setAsking(model)
    } catch (problem) {
      showError(problem)
    } finally {
      setCheckingId(null)
    }
  }

  return (
    <Stack>
      <Text c="dimmed">{t('hint')}</Text>
      {data.failures.map(({ way, error: failure }) => (
        <Stack key={way} gap={4}>
          <Text size="sm">{t('wayUnavailable', { way: t(`way.${way}.name`) })}</Text>
          <ErrorDataNotice error={failure} />
        </Stack>
      ))}
      <CatalogFilters
        filter={filter}
        models={models}
        currency={Object.keys(prices.hourly).length > 0 ? prices.currency : null}
        onChange={(next) => {
          setFilter(next)
          setShown(pageSize)
        }}
      />
      {chosen.length > 0 && (
        <Group gap="xs" role="group" aria-label={t('chosen')}>
          <Text size="sm" fw={600}>
            {t('chosen')}
          </Text>
          {chosen.map((model) => (
            <Pill
              key={model.id}
              withRemoveButton
              onRemove={() => remove(model)}
              removeButtonProps={{
                'aria-label': t('remove', { name: model.displayName }),
                'aria-hidden': false,
                tabIndex: 0,
              }}
            >
              {model.displayName}
            </Pill>
          ))}
        </Group>
      )}
      <Text size="sm" c="dimmed" role="status">
        {t('count', {
          count: found.length,
          shown: formatCount(found.length, i18n.language),
          total: formatCount(models.length, i18n.language),
        })}
      </Text>
      {found.length === 0 && (
        <Alert color="gray" variant="light">
          {t('nothing')}
        </Alert>
      )}
      <Stack gap="xs">
        {found.slice(0, shown).map((model) => (
          <CatalogCard
            key={model.id}
            model={model}
            prices={prices}
            rows={rows}
            isChosen={draft.baseModelIds.includes(model.id)}
            isBusy={checkingId === model.id}
            onChange={(isChosen) => void change(model, isChosen)}
          />
        ))}
      </Stack>
      {found.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + pageSize)}>
          {t('more')}
        </Button>
      )}
      {asking && (
        <LicenceDialog
          workspaceId={workspaceId}
          model={asking}
          onClose={() => setAsking(null)}
          onAccepted={() => {
            add(asking)
            setAsking(null)
          }}
        />
      )}
    </Stack>
  )
}

/** The first time, each model's description is read from AWS. */
function Reading({ progress }: { progress: { read: number; total: number } | null }) {
  const { t } = useTranslation('catalog')
  const share = progress && progress.total > 0 ? progress.read / progress.total : 0
  return (
    <Stack gap="xs" maw={420} role="status">
      <Text>{t('reading')}</Text>
      <Progress
        value={share * 100}
        animated
        aria-label={t('reading')}
        {...(progress ? {} : { striped: true })}
      />
      <Text size="sm" c="dimmed">
        {progress ? t('readOf', progress) : t('readOnce')}
      </Text>
    </Stack>
  )
}
