import { Alert, Select, SimpleGrid, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Dataset } from '../../shared/dataset.ts'
import { formatCount } from '../format.ts'
import type { StepProps } from './stepProps.ts'

export function DataStep({
  draft,
  dispatch,
  datasets,
}: StepProps & { datasets: readonly Dataset[] }) {
  const { t, i18n } = useTranslation()
  const dataset = datasets.find((known) => known.id === draft.datasetId)
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
          if (chosen) dispatch({ type: 'datasetChosen', dataset: chosen })
        }}
      />
      <SimpleGrid cols={2}>
        {(['question', 'answer'] as const).map((role) => (
          <Select
            key={role}
            label={t(`wizard.${role}`)}
            data={dataset?.scan.columns ?? []}
            value={draft[role]}
            disabled={!dataset}
            onChange={(column) => dispatch({ type: 'columnChosen', role, column })}
          />
        ))}
      </SimpleGrid>
      {fixable > 0 && <Alert color="orange">{t('wizard.fixFirst', { count: fixable })}</Alert>}
    </Stack>
  )
}
