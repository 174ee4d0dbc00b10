import { Alert, Select, Stack, Textarea } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../shared/dataset.ts'
import { mostSystemPromptCharacters } from '../../shared/systemPrompt.ts'
import { NoDatasets } from '../datasets/NoDatasets.tsx'
import { formatCount } from '../format.ts'
import { RolesEditor } from '../workbench/RolesEditor.tsx'
import { preparationQuery } from '../workbench/workbenchQueries.ts'
import type { StepProps } from './stepProps.ts'

export function DataStep({
  draft,
  dispatch,
  datasets,
}: StepProps & { datasets: readonly Dataset[] }) {
  const { t, i18n } = useTranslation()
  const dataset = datasets.find((known) => known.id === draft.datasetId)
  const client = useQueryClient()
  /** With the columns and the split that the analyst chose in the workbench, if any. */
  async function choose(chosen: Dataset): Promise<void> {
    const prepared = await client.fetchQuery(preparationQuery(chosen.id)).catch(() => null)
    dispatch({ type: 'datasetChosen', dataset: chosen })
    if (prepared?.roles)
      dispatch({ type: 'rolesChosen', inputTemplate: undefined, ...prepared.roles })
    if (prepared?.choice) dispatch({ type: 'splitChosen', ...prepared.choice })
  }
  if (datasets.length === 0) return <NoDatasets />
  const fixable = dataset?.scan.findings.filter((finding) => finding.fixable).length ?? 0
  return (
    <Stack maw={640}>
      <Select
        label={t('wizard.dataset')}
        placeholder={t('wizard.datasetPlaceholder')}
        data={datasets.map((known) => ({
          value: known.id,
          label: t('wizard.datasetOption', {
            name: known.name,
            rows: formatCount(known.scan.usableRowCount, i18n.language),
          }),
        }))}
        value={draft.datasetId}
        allowDeselect={false}
        onChange={(id) => {
          const chosen = datasets.find((known) => known.id === id)
          if (chosen) void choose(chosen)
        }}
      />
      {dataset && (
        <RolesEditor
          datasetId={dataset.id}
          columns={dataset.scan.columns}
          roles={draft}
          onChange={(roles) => dispatch({ type: 'rolesChosen', ...roles })}
        />
      )}
      <Textarea
        label={t('workbench:roles.system')}
        description={t('workbench:roles.systemHint')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={mostSystemPromptCharacters}
        value={draft.systemPrompt}
        onChange={(event) =>
          dispatch({ type: 'systemPromptTyped', systemPrompt: event.currentTarget.value })
        }
      />
      {fixable > 0 && <Alert color="orange">{t('wizard.fixFirst', { count: fixable })}</Alert>}
    </Stack>
  )
}
