import {
  Alert,
  Button,
  Group,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Tabs,
  Text,
  Title,
} from '@mantine/core'
import { IconArrowBackUp, IconCircleCheck, IconSparkles, IconWand } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { safeRepairs, type Dataset, type FindingCode } from '../../shared/dataset.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { showError } from '../components/showError.tsx'
import { Tag } from '../components/Tag.tsx'
import { formatBytes, formatCount } from '../format.ts'
import { useNavigate } from '../navigation.tsx'
import { datasetQuery, datasetsQuery } from '../queries.ts'
import type { RowFilter } from '../../shared/workbench/view.ts'
import { ExportMenu } from '../workbench/ExportMenu.tsx'
import { PreparePanel } from '../workbench/PreparePanel.tsx'
import { ProfilePanel } from '../workbench/ProfilePanel.tsx'
import { RowsPanel } from '../workbench/RowsPanel.tsx'
import { SplitProgress } from '../workbench/SplitProgress.tsx'
import { useSplitLeakage } from '../workbench/useSplitLeakage.ts'
import { rolesQuery, splitChoiceQuery } from '../workbench/workbenchQueries.ts'
import { DatasetOrigin } from './DatasetOrigin.tsx'
import { FindingGroups } from './FindingGroups.tsx'

export function DatasetPage({ datasetId }: { datasetId: string }) {
  const { data, error } = useQuery(datasetQuery(datasetId))
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Skeleton h={420} radius="lg" />
  return <DatasetView dataset={data} />
}

function DatasetView({ dataset }: { dataset: Dataset }) {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const keep = (changed: Dataset) => {
    client.setQueryData(datasetQuery(changed.id).queryKey, changed)
    void client.invalidateQueries({ queryKey: datasetsQuery.queryKey, exact: true })
    void client.invalidateQueries({ queryKey: splitChoiceQuery(changed.id).queryKey })
  }
  const fix = useMutation({
    mutationFn: (codes: FindingCode[]) =>
      codes.includes('split-leakage')
        ? invoke('workbench.keepQuestionsApart', { datasetId: dataset.id })
        : invoke('dataset.fix', { id: dataset.id, codes }),
    onSuccess: keep,
    onError: showError,
  })
  const undo = useMutation({
    mutationFn: () => invoke('dataset.undoFix', { id: dataset.id }),
    onSuccess: keep,
    onError: showError,
  })
  const [tab, setTab] = useState<string>('findings')
  const [filters, setFilters] = useState<readonly RowFilter[]>([])
  const { data: roles } = useQuery(rolesQuery(dataset.id))
  function showRows(rows: readonly number[]): void {
    setFilters(rows.length > 0 ? [{ kind: 'rows', rows: [...new Set(rows)] }] : [])
    setTab('rows')
  }
  const { advice, rowCount, usableRowCount, columns } = dataset.scan
  const { finding: leakage, look } = useSplitLeakage(dataset, tab !== 'rows')
  const findings = leakage ? [...dataset.scan.findings, leakage] : dataset.scan.findings
  const fixable = safeRepairs(dataset.scan.findings)

  return (
    <>
      <PageHeader
        title={dataset.name}
        subtitle={t('dataset.untouched')}
        back={{ label: t('navigation.datasets'), onClick: () => navigate({ page: 'datasets' }) }}
        actions={
          <>
            <ExportMenu datasetId={dataset.id} />
            <Button
              leftSection={<IconSparkles size={18} aria-hidden />}
              disabled={dataset.scan.suggestedRoles === null}
              onClick={() => navigate({ page: 'wizard', datasetId: dataset.id })}
            >
              {t('dataset.fineTune')}
            </Button>
          </>
        }
      />

      <Tabs value={tab} onChange={(next) => setTab(next ?? 'findings')} keepMounted={false}>
        <Tabs.List mb="md">
          {(['findings', 'rows', 'profile', 'prepare'] as const).map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`workbench:tab.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="findings">
          <SimpleGrid cols={{ base: 2, sm: 4 }}>
            <Fact label={t('dataset.rows')} value={formatCount(rowCount, i18n.language)} />
            <Fact
              label={t('dataset.usableRows')}
              value={formatCount(usableRowCount, i18n.language)}
            />
            <Fact label={t('dataset.columns')} value={String(columns.length)} />
            <Fact label={t('dataset.size')} value={formatBytes(dataset.sizeBytes)} />
          </SimpleGrid>
          <DatasetOrigin dataset={dataset} />
          <Group justify="space-between" mb="sm">
            <Title order={2}>{t('dataset.findings')}</Title>
            {fixable.length > 1 && (
              <Button
                variant="light"
                leftSection={<IconWand size={18} aria-hidden />}
                loading={fix.isPending}
                onClick={() => fix.mutate(fixable)}
              >
                {t('dataset.fixAll')}
              </Button>
            )}
          </Group>
          <SplitProgress datasetId={dataset.id} look={look} />
          {findings.length === 0 && !look.isFetching && !look.error && (
            <Alert
              color="accent"
              icon={<IconCircleCheck aria-hidden />}
              title={t('dataset.cleanTitle')}
            >
              {t('dataset.cleanText')}
            </Alert>
          )}
          {findings.length + advice.length > 0 && (
            <FindingGroups
              findings={findings}
              advice={advice}
              isFixing={fix.isPending}
              onFix={(codes) => fix.mutate(codes)}
              onShowRows={showRows}
            />
          )}

          {dataset.appliedFixes.length > 0 && (
            <Paper withBorder p="md" mt="md" radius="lg">
              <Group justify="space-between" align="flex-start">
                <Stack gap={4}>
                  <Title order={3}>{t('dataset.applied')}</Title>
                  <Group gap="xs">
                    {dataset.appliedFixes.map((applied, index) => (
                      <Tag key={index} tone="good">
                        {t(`findings:${applied.code}.done`, { count: applied.count })}
                      </Tag>
                    ))}
                  </Group>
                </Stack>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconArrowBackUp size={16} aria-hidden />}
                  loading={undo.isPending}
                  onClick={() => undo.mutate()}
                >
                  {t('dataset.undo')}
                </Button>
              </Group>
            </Paper>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="rows">
          <RowsPanel datasetId={dataset.id} filters={filters} onFilters={setFilters} />
        </Tabs.Panel>
        <Tabs.Panel value="profile">
          {roles && <ProfilePanel datasetId={dataset.id} roles={roles} onShowRows={showRows} />}
        </Tabs.Panel>
        <Tabs.Panel value="prepare">
          <PreparePanel dataset={dataset} />
        </Tabs.Panel>
      </Tabs>
    </>
  )
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <Paper bg="var(--surface)" p="md" radius="lg">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fw={650} size="xl">
        {value}
      </Text>
    </Paper>
  )
}
