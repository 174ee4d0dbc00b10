import { Button, Group, Skeleton } from '@mantine/core'
import { IconCloud } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { useNavigate } from '../navigation.tsx'
import { baseModelsQuery, modelQuery, settingsQuery } from '../queries.ts'
import { workspacesQuery } from '../workspaces/queries.ts'
import { Move } from './Move.tsx'

/** The same version on a bigger computer: waits for what it starts from. */
export function MovePage({ modelId, versionId }: { modelId: string; versionId: string }) {
  const { t } = useTranslation('move')
  const navigate = useNavigate()
  const model = useQuery(modelQuery(modelId))
  const baseModels = useQuery(baseModelsQuery)
  const workspaces = useQuery(workspacesQuery)
  const settings = useQuery(settingsQuery)
  const error = model.error ?? baseModels.error ?? workspaces.error ?? settings.error
  if (error) return <ErrorNotice error={error} />
  if (!model.data || !baseModels.data || !workspaces.data || !settings.data)
    return <Skeleton h={480} radius="lg" />
  const version = model.data.versions.find(({ id }) => id === versionId)
  const places = workspaces.data.flatMap((place) => (place.kind === 'aws' ? [place] : []))
  const first = places.find(({ id }) => id === settings.data.workspaceId) ?? places[0]
  const back = () => navigate({ page: 'model', modelId, versionId })
  return (
    <>
      <PageHeader
        title={t('title', { name: model.data.name })}
        subtitle={t('subtitle')}
        back={{ label: model.data.name, onClick: back }}
      />
      {first && version ? (
        <Move
          model={model.data}
          version={version}
          local={baseModels.data}
          places={places}
          firstPlace={first.id}
          onBack={back}
        />
      ) : (
        <EmptyState
          icon={<IconCloud size={40} aria-hidden />}
          title={t('noWorkspace.title')}
          text={t('noWorkspace.text')}
          actions={
            <Group>
              <Button onClick={() => navigate({ page: 'workspace', workspaceId: null })}>
                {t('noWorkspace.add')}
              </Button>
            </Group>
          }
        />
      )}
    </>
  )
}
