/** Columns and split of a dataset, looked at before a training; the columns are remembered. */
import { Alert, Paper, SimpleGrid, Skeleton, Stack, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ColumnRoles, Dataset } from '../../shared/dataset.ts'
import { splitSeed, usualSplit } from '../../shared/workbench/splitChoice.ts'
import { withoutLeakage } from '../../shared/workbench/splitLeakage.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { datasetsQuery } from '../queries.ts'
import { RolesEditor, type EditedRoles } from './RolesEditor.tsx'
import { SplitEditor, SplitOutcome } from './SplitEditor.tsx'
import { useSplitChoice } from './useSplitChoice.ts'
import { rolesQuery } from './workbenchQueries.ts'

export function PreparePanel({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation('workbench')
  const client = useQueryClient()
  const roles = useQuery(rolesQuery(dataset.id))
  const datasets = useQuery(datasetsQuery)
  const { choice: kept, keep, isPending } = useSplitChoice(dataset.id)
  const choice = kept ?? usualSplit
  const save = useMutation({
    mutationFn: (wanted: ColumnRoles) =>
      invoke('workbench.setRoles', { datasetId: dataset.id, roles: wanted }),
    onError: showError,
  })
  if (roles.isPending || isPending) return <Skeleton h={320} radius="lg" />
  const chosen = roles.data
  const { columns } = dataset.scan

  function change({ question, answer, inputTemplate }: EditedRoles): void {
    if (question === null || answer === null) return
    const wanted = { question, answer, ...(inputTemplate === undefined ? {} : { inputTemplate }) }
    client.setQueryData(rolesQuery(dataset.id).queryKey, wanted)
    save.mutate(wanted)
  }

  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Paper withBorder radius="lg" p="md" component="section" aria-label={t('roles.title')}>
        <Title order={3} mb="sm">
          {t('roles.title')}
        </Title>
        <RolesEditor
          datasetId={dataset.id}
          columns={columns}
          roles={{
            question: chosen?.question ?? null,
            answer: chosen?.answer ?? null,
            inputTemplate: chosen?.inputTemplate,
          }}
          onChange={change}
        />
      </Paper>
      <Paper withBorder radius="lg" p="md" component="section" aria-label={t('split.title')}>
        <Title order={3} mb="sm">
          {t('split.title')}
        </Title>
        {!chosen && <Alert>{t('roles.missing')}</Alert>}
        {chosen && (
          <Stack gap="lg">
            <SplitEditor
              columns={columns}
              datasets={datasets.data ?? []}
              datasetId={dataset.id}
              value={choice}
              onChange={keep}
            />
            <SplitOutcome
              request={{ datasetId: dataset.id, columns: chosen, splitSeed, ...choice }}
              onKeepApart={() => keep(withoutLeakage(choice))}
            />
          </Stack>
        )}
      </Paper>
    </SimpleGrid>
  )
}
