import { Button, SimpleGrid, Skeleton, Stack, Tabs, Text } from '@mantine/core'
import { IconCloudUp, IconGitBranch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { totalCost, totalCostSentence } from '../../shared/billed.ts'
import { isTerminal, type Model, type ModelVersion } from '../../shared/model.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { SaveBundleMenu } from '../bundle/SaveBundleMenu.tsx'
import { CurvesPanel } from '../charts/CurvesPanel.tsx'
import { Leaderboard } from '../leaderboard/Leaderboard.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { formatPercent } from '../format.ts'
import { useNavigate } from '../navigation.tsx'
import { costsQuery, modelQuery } from '../queries.ts'
import { CandidateCard } from './CandidateCard.tsx'
import { useFollowing } from '../workspaces/useFollowing.ts'
import { ModelMenu } from './ModelMenu.tsx'
import { SamplesPanel } from './SamplesPanel.tsx'

interface ModelPageProps {
  readonly modelId: string
  readonly versionId?: string | undefined
}

export function ModelPage({ modelId, versionId }: ModelPageProps) {
  const { data, error } = useQuery(modelQuery(modelId))
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Skeleton h={480} radius="lg" />
  return <ModelView model={data} versionId={versionId} />
}

function ModelView({ model, versionId }: { model: Model; versionId?: string | undefined }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [chosen, setChosen] = useState(versionId ?? model.versions[0]?.id ?? null)
  const version = model.versions.find((known) => known.id === chosen) ?? model.versions[0]
  useFollowing(
    (version?.candidates ?? []).filter(({ status }) => !isTerminal(status)).map(({ id }) => id),
  )
  return (
    <>
      <PageHeader
        title={model.name}
        subtitle={
          version &&
          t('model.facts', {
            dataset: version.datasetName,
            training: version.trainingRowCount,
            validation: version.validationRowCount,
            share: formatPercent(version.validationFraction),
          })
        }
        back={{ label: t('navigation.models'), onClick: () => navigate({ page: 'models' }) }}
        actions={
          <>
            {version && <SaveBundleMenu versionId={version.id} />}
            {version?.workspaceId === localWorkspaceId && (
              <Button
                variant="default"
                leftSection={<IconCloudUp size={18} aria-hidden />}
                onClick={() =>
                  navigate({ page: 'move', modelId: model.id, versionId: version.id })
                }
              >
                {t('move:run')}
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconGitBranch size={18} aria-hidden />}
              onClick={() => navigate({ page: 'wizard', modelId: model.id })}
            >
              {t('model.newVersion')}
            </Button>
            <ModelMenu model={model} isFramed />
          </>
        }
      />
      {model.versions.length > 1 && (
        <Tabs value={version?.id ?? null} onChange={setChosen} mb="lg">
          <Tabs.List aria-label={t('model.versions')}>
            {model.versions.map((known) => (
              <Tabs.Tab key={known.id} value={known.id}>
                {`V${known.number}`}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {model.versions.map((known) => (
            <Tabs.Panel key={known.id} value={known.id} pt="lg">
              <VersionView model={model} version={known} />
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
      {model.versions.length === 1 && version && <VersionView model={model} version={version} />}
    </>
  )
}

function VersionView({ model, version }: { model: Model; version: ModelVersion }) {
  const { t, i18n } = useTranslation()
  const isCloud = version.workspaceId !== localWorkspaceId
  const { data: costs = [] } = useQuery({ ...costsQuery(version.id), enabled: isCloud })
  const total = costs.length > 1 ? totalCost(costs) : null
  const inAll = total && totalCostSentence(total, i18n.language)
  return (
    <Stack gap="xl">
      {inAll && (
        <Text size="sm" c="dimmed">
          {t(inAll.key, inAll.values)}
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {version.candidates.map((candidate) => (
          <CandidateCard
            key={candidate.id}
            candidate={candidate}
            modelId={version.modelId}
            modelName={model.name}
            workspaceId={version.workspaceId}
            cost={costs.find(({ candidateId }) => candidateId === candidate.id) ?? null}
          />
        ))}
      </SimpleGrid>
      <Leaderboard model={model} version={version} />
      <CurvesPanel candidates={version.candidates} modelId={version.modelId} />
      <SamplesPanel candidates={version.candidates} />
    </Stack>
  )
}
