import {
  Alert,
  Button,
  Checkbox,
  Group,
  Paper,
  Select,
  Skeleton,
  Stack,
  Title,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BaseModel, Candidate, ModelVersion } from '../../shared/model.ts'
import { rankByNearness } from '../../shared/nearestModel.ts'
import { trainingWaySchema, type CloudChoice } from '../../shared/trainingWay.ts'
import { CloudChoices } from '../catalog/CloudChoices.tsx'
import type { StartPrices } from '../../shared/startCost.ts'
import { LicenceDialog } from '../catalog/LicenceDialog.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatCount } from '../format.ts'
import { licenceQuery } from '../queries.ts'
import { ChangesTable } from './ChangesTable.tsx'
import { CutRowsPanel } from './CutRowsPanel.tsx'
import { factsOf, sampleFor, type MoveChoice, type MoveDraft } from '../../shared/movePlan.ts'
import { SettingsTable } from './SettingsTable.tsx'
import type { Moving } from './useMovingCandidates.ts'

interface MoveCandidateProps {
  readonly candidate: Candidate
  readonly version: ModelVersion
  readonly local: readonly BaseModel[]
  readonly offered: readonly BaseModel[]
  readonly draft: MoveDraft
  readonly prices: StartPrices
  /** Undefined: it stays behind. */
  readonly moving: Moving | undefined
  readonly tried: boolean
  readonly onChoose: (choice: MoveChoice | null) => void
  readonly onMachine: (baseModelId: string, machine: CloudChoice) => void
  readonly onSample: (rows: number | null) => void
}

/** One candidate: which base model takes its place there, and everything that is different then. */
export function MoveCandidate(props: MoveCandidateProps) {
  const { candidate, version, local, offered, draft, prices, moving, tried } = props
  const { t, i18n } = useTranslation('move')
  const [isReadingLicence, setReadingLicence] = useState(false)
  const choice = draft.choices.find(({ candidateId }) => candidateId === candidate.id)
  const ranked = rankByNearness(factsOf(candidate, local), offered)
  const { plan, error } = moving ?? { plan: null, error: null }
  const target = plan?.target
  const { data: licence } = useQuery({
    ...licenceQuery(draft.workspaceId, choice?.baseModelId ?? ''),
    enabled: Boolean(target?.cloud?.eula),
  })
  const choose = (baseModelId: string) =>
    props.onChoose({ candidateId: candidate.id, baseModelId, typed: {} })
  const most = target?.cloud?.rows.max ?? null
  const problem = plan?.problem ?? null
  return (
    <Paper
      withBorder
      radius="lg"
      p="md"
      component="section"
      aria-label={candidate.baseModelName}
      aria-busy={moving?.isPending ?? false}
    >
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={2} size="h3">
            {candidate.baseModelName}
          </Title>
          {version.candidates.length > 1 && (
            <Checkbox
              label={t('takeAlong')}
              checked={choice !== undefined}
              onChange={(event) => {
                if (!event.currentTarget.checked) return props.onChoose(null)
                const nearest = ranked[0]
                if (nearest) choose(nearest.id)
              }}
            />
          )}
        </Group>
        {choice && (
          <Select
            label={t('baseModel')}
            description={t('baseModelHint')}
            searchable
            allowDeselect={false}
            nothingFoundMessage={t('catalog:nothing')}
            maxDropdownHeight={320}
            data={trainingWaySchema.options.flatMap((way) => {
              const items = ranked
                .filter((model) => model.way === way)
                .map(({ id, displayName }) => ({
                  value: id,
                  label: t('modelByWay', { name: displayName, way: t(`catalog:way.${way}.name`) }),
                }))
              return items.length === 0 ? [] : [{ group: t(`catalog:way.${way}.name`), items }]
            })}
            value={choice.baseModelId}
            onChange={(id) => id && choose(id)}
          />
        )}
        {error && <ErrorNotice error={error} />}
        {moving?.isPending && <Skeleton h={200} radius="md" />}
        {plan && target && choice && (
          <>
            <CloudChoices
              choices={draft.machines}
              onChoose={props.onMachine}
              baseModels={[target]}
              prices={prices}
            />
            <ChangesTable
              {...{ plan, version, prices }}
              machine={draft.machines[target.id]}
              acceptedAtMs={licence?.acceptedAtMs ?? null}
            />
            {problem === 'licence' && (
              <Group>
                <Button variant="light" onClick={() => setReadingLicence(true)}>
                  {t('readLicence')}
                </Button>
              </Group>
            )}
            {most !== null && (problem === 'tooManyRows' || draft.sampleRows !== null) && (
              <Checkbox
                label={t('fewerRows', { count: most, shown: formatCount(most, i18n.language) })}
                description={t('fewerRowsHint')}
                checked={draft.sampleRows !== null}
                onChange={(event) =>
                  props.onSample(event.currentTarget.checked ? sampleFor(version, most) : null)
                }
              />
            )}
            {problem !== null && (tried || problem !== 'licence') && (
              <Alert color="orange" role="note">
                {t(`problem.${problem}`)}
              </Alert>
            )}
            <CutRowsPanel
              versionId={version.id}
              sampleRows={draft.sampleRows ?? version.sampleRows ?? null}
              mostTokens={plan.mostTokens}
              cut={plan.cut}
            />
            <SettingsTable
              plan={plan}
              onType={(name, value) =>
                props.onChoose({ ...choice, typed: { ...choice.typed, [name]: value } })
              }
            />
          </>
        )}
      </Stack>
      {isReadingLicence && target && (
        <LicenceDialog
          workspaceId={draft.workspaceId}
          model={target}
          onClose={() => setReadingLicence(false)}
          onAccepted={() => setReadingLicence(false)}
        />
      )}
    </Paper>
  )
}
