import { Button, Group, Paper, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ForeignJob } from '../../shared/foreignJob.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { formatDate } from '../format.ts'
import { modelsQuery } from '../queries.ts'
import { foreignJobsQuery } from './queries.ts'

/** Jobs that others started, to be taken into the history. */
export function ForeignJobsPanel({ workspaceId: id }: { workspaceId: string }) {
  const { t } = useTranslation('workspaces')
  const { data: jobs, error, isFetching, refetch } = useQuery(foreignJobsQuery(id))
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{t('jobs.title')}</Title>
        <Button variant="default" loading={isFetching} onClick={() => void refetch()}>
          {t('jobs.look')}
        </Button>
      </Group>
      {error && <ErrorNotice error={error} />}
      {!jobs && !error && <Text c="dimmed">{t('jobs.text')}</Text>}
      {jobs?.length === 0 && <Text c="dimmed">{t('jobs.none')}</Text>}
      {jobs !== undefined && jobs.length > 0 && (
        <Paper withBorder radius="lg" p="xs">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('jobs.job')}</Table.Th>
                <Table.Th>{t('jobs.kind')}</Table.Th>
                <Table.Th>{t('jobs.created')}</Table.Th>
                <Table.Th>{t('jobs.status')}</Table.Th>
                <Table.Th>{t('jobs.adopt')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {jobs.map((job) => (
                <JobRow key={job.jobName} workspaceId={id} job={job} />
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
    </section>
  )
}

function JobRow({ workspaceId: id, job }: { workspaceId: string; job: ForeignJob }) {
  const { t, i18n } = useTranslation('workspaces')
  const client = useQueryClient()
  const { jobName, kind } = job
  const adopt = useMutation({
    mutationFn: () => invoke('job.adopt', { id, jobName, kind }),
    onSuccess() {
      client.setQueryData(foreignJobsQuery(id).queryKey, (known: ForeignJob[] | undefined) =>
        known?.filter((one) => one.jobName !== jobName),
      )
      void client.invalidateQueries({ queryKey: modelsQuery.queryKey })
    },
    onError: showError,
  })
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{jobName}</Table.Td>
      <Table.Td>{t(`jobs.kinds.${kind}`)}</Table.Td>
      <Table.Td>{formatDate(job.createdAtMs, i18n.language)}</Table.Td>
      <Table.Td>{t(`app:status.${job.status}`, { defaultValue: job.status })}</Table.Td>
      <Table.Td>
        <Button
          size="compact-sm"
          variant="light"
          aria-label={t('jobs.adoptLabel', { name: jobName })}
          loading={adopt.isPending}
          onClick={() => adopt.mutate()}
        >
          {t('jobs.adopt')}
        </Button>
      </Table.Td>
    </Table.Tr>
  )
}
