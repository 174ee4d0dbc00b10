import { Box, Button, Card, Group, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconPlus, IconWaveSine } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Model } from '../../shared/model.ts'
import { OpenBundleButton } from '../bundle/OpenBundleButton.tsx'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { formatDate } from '../format.ts'
import { useNavigate } from '../navigation.tsx'
import { modelsQuery } from '../queries.ts'
import { ModelMenu } from './ModelMenu.tsx'
import { StatusBadge } from './StatusBadge.tsx'

export function ModelsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { data, error, isPending } = useQuery(modelsQuery)
  const create = (
    <Button
      leftSection={<IconPlus size={18} aria-hidden />}
      onClick={() => navigate({ page: 'wizard' })}
    >
      {t('models.new')}
    </Button>
  )
  return (
    <>
      <PageHeader
        title={t('models.title')}
        subtitle={t('models.subtitle')}
        actions={
          <>
            <OpenBundleButton />
            {data && data.length > 0 && create}
          </>
        }
      />
      {error && <ErrorNotice error={error} />}
      {isPending && <Skeleton h={280} radius="lg" />}
      {data?.length === 0 && (
        <EmptyState
          icon={<IconWaveSine size={44} stroke={1.3} aria-hidden />}
          title={t('models.emptyTitle')}
          text={t('models.emptyText')}
          actions={create}
        />
      )}
      <Stack gap="md">{data?.map((model) => <ModelCard key={model.id} model={model} />)}</Stack>
    </>
  )
}

function ModelCard({ model }: { model: Model }) {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const newest = model.versions[0]
  return (
    <Card withBorder padding={0} radius="lg">
      <Group wrap="nowrap" gap={0}>
        <UnstyledButton
          flex={1}
          p="lg"
          miw={0}
          style={{ borderRadius: 'var(--mantine-radius-lg)' }}
          onClick={() => navigate({ page: 'model', modelId: model.id })}
        >
          <Group justify="space-between">
            <Stack gap={2} miw={0}>
              <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
                {model.name}
              </Text>
              <Text size="sm" c="dimmed">
                {t('models.facts', {
                  count: model.versions.length,
                  dataset: newest?.datasetName ?? '',
                  date: formatDate(model.createdAtMs, i18n.language),
                })}
              </Text>
            </Stack>
            <Group gap="xs">
              {newest?.candidates.map((candidate) => (
                <Group key={candidate.id} gap={6}>
                  <Text size="sm">{candidate.baseModelName}</Text>
                  <StatusBadge candidate={candidate} />
                </Group>
              ))}
            </Group>
          </Group>
        </UnstyledButton>
        <Box pr="md">
          <ModelMenu model={model} isFramed={false} />
        </Box>
      </Group>
    </Card>
  )
}
