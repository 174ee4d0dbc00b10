import { Button, Card, Group, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconFileImport, IconTableImport } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { safeRepairs, type Dataset } from '../../shared/dataset.ts'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { Tag } from '../components/Tag.tsx'
import { formatBytes, formatCount, formatDate } from '../format.ts'
import { useNavigate } from '../navigation.tsx'
import { datasetsQuery } from '../queries.ts'
import { MoreWaysIn } from './MoreWaysIn.tsx'
import { useImportDataset } from './useImportDataset.ts'

export function DatasetsPage() {
  const { t } = useTranslation()
  const { data, error, isPending } = useQuery(datasetsQuery)
  return (
    <>
      <PageHeader title={t('datasets.title')} subtitle={t('datasets.subtitle')} />
      {error && <ErrorNotice error={error} />}
      {isPending && <Skeleton h={320} radius="lg" />}
      {data && (
        <Stack gap="md">
          {data.map((dataset) => (
            <DatasetCard key={dataset.id} dataset={dataset} />
          ))}
          <ImportPanel isFirst={data.length === 0} />
        </Stack>
      )}
    </>
  )
}

function ImportPanel({ isFirst }: { isFirst: boolean }) {
  const { t } = useTranslation()
  const { choose, importSample, isPending } = useImportDataset()
  return (
    <EmptyState
      icon={<IconTableImport size={44} stroke={1.3} aria-hidden />}
      title={t(isFirst ? 'datasets.emptyTitle' : 'datasets.anotherTitle')}
      text={`${t('datasets.emptyText')} ${t('intake:formats')}`}
      actions={
        <>
          <Button
            leftSection={<IconFileImport size={18} aria-hidden />}
            onClick={choose}
            loading={isPending}
          >
            {t('datasets.choose')}
          </Button>
          <Button variant="default" onClick={() => importSample('en')} disabled={isPending}>
            {t('datasets.sampleEn')}
          </Button>
          <Button variant="default" onClick={() => importSample('zh')} disabled={isPending}>
            {t('datasets.sampleZh')}
          </Button>
          <MoreWaysIn />
        </>
      }
    />
  )
}

function DatasetCard({ dataset }: { dataset: Dataset }) {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const fixable = safeRepairs(dataset.scan.findings).length
  return (
    <UnstyledButton onClick={() => navigate({ page: 'dataset', datasetId: dataset.id })}>
      <Card withBorder padding="lg" radius="lg">
        <Group justify="space-between" wrap="nowrap">
          <Stack gap={2} miw={0}>
            <Text fw={600} truncate>
              {dataset.name}
            </Text>
            <Text size="sm" c="dimmed">
              {t('dataset.facts', {
                rows: formatCount(dataset.scan.rowCount, i18n.language),
                size: formatBytes(dataset.sizeBytes),
                date: formatDate(dataset.createdAtMs, i18n.language),
              })}
            </Text>
          </Stack>
          <Tag tone={fixable > 0 ? 'attention' : 'good'}>
            {fixable > 0 ? t('dataset.findingCount', { count: fixable }) : t('dataset.clean')}
          </Tag>
        </Group>
      </Card>
    </UnstyledButton>
  )
}
