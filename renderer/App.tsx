/** The frame: navigation on the left, the page beside it, and files dropped anywhere. */
import {
  AppShell,
  Group,
  MantineProvider,
  NavLink,
  Stack,
  Switch,
  Text,
  Title,
  type MantineColorScheme,
} from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import {
  IconCertificate,
  IconCloud,
  IconDatabase,
  IconMessages,
  IconPlugConnected,
  IconSettings,
  IconWaveSine,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { resolveLanguage } from '../shared/settings.ts'
import { invoke, on } from './api.ts'
import { showError } from './components/showError.tsx'
import { DatasetPage } from './datasets/DatasetPage.tsx'
import { DatasetsPage } from './datasets/DatasetsPage.tsx'
import { DropTarget } from './datasets/DropTarget.tsx'
import { BatchPage } from './batch/BatchPage.tsx'
import { EndpointsPage } from './endpoints/EndpointsPage.tsx'
import { RunningCost } from './endpoints/RunningCost.tsx'
import { DiskPage } from './disk/DiskPage.tsx'
import { ImportProgressList } from './datasets/ImportProgressList.tsx'
import { EvaluationPage } from './evaluation/EvaluationPage.tsx'
import { setLanguage } from './i18n.ts'
import { ModelPage } from './models/ModelPage.tsx'
import { ModelsPage } from './models/ModelsPage.tsx'
import { MovePage } from './move/MovePage.tsx'
import { NavigationContext, sectionOf, type Place } from './navigation.tsx'
import { PlaygroundPage } from './playground/PlaygroundPage.tsx'
import { appQuery, engineQuery, openTrainingsQuery, settingsQuery } from './queries.ts'
import { RegistryPage } from './registry/RegistryPage.tsx'
import { SettingsPage } from './settings/SettingsPage.tsx'
import { cssVariables, theme } from './theme.ts'
import { WizardPage } from './wizard/WizardPage.tsx'
import { MfaDialog } from './workspaces/MfaDialog.tsx'
import { WorkspacePage } from './workspaces/WorkspacePage.tsx'
import { WorkspacesPage } from './workspaces/WorkspacesPage.tsx'
import { WorkspaceSwitcher } from './workspaces/WorkspaceSwitcher.tsx'
import { WorkspaceTroubles } from './workspaces/WorkspaceTroubles.tsx'

/** Vite writes the nonce of this load into the page; styles that are made later carry it too. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
}

export function App() {
  const { data: settings } = useQuery(settingsQuery)
  const { data: facts } = useQuery(appQuery)
  const [place, setPlace] = useState<Place>({ page: 'datasets' })

  useEffect(
    () =>
      on('navigation.requested', (wanted) =>
        setPlace('page' in wanted ? wanted : { page: 'model', ...wanted }),
      ),
    [],
  )
  // A page begins at its top, however far the one before was scrolled.
  useEffect(() => window.scrollTo(0, 0), [place])
  useEffect(() => {
    if (settings && facts) setLanguage(resolveLanguage(settings.language, facts.systemLocale))
  }, [settings, facts])

  const scheme: MantineColorScheme =
    settings === undefined || settings.colorScheme === 'system' ? 'auto' : settings.colorScheme
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      getStyleNonce={styleNonce}
      {...(scheme === 'auto'
        ? { defaultColorScheme: 'auto' as const }
        : { forceColorScheme: scheme })}
    >
      <Notifications position="bottom-right" />
      <MfaDialog />
      <NavigationContext value={setPlace}>
        <DropTarget>
          <AppShell navbar={{ width: 216, breakpoint: 0 }} padding={0}>
            <Navigation place={place} />
            <AppShell.Main>
              <div className="page">
                <ImportProgressList />
                <WorkspaceTroubles />
                <CurrentPage place={place} />
              </div>
            </AppShell.Main>
          </AppShell>
        </DropTarget>
      </NavigationContext>
    </MantineProvider>
  )
}

function CurrentPage({ place }: { place: Place }) {
  switch (place.page) {
    case 'datasets':
      return <DatasetsPage />
    case 'dataset':
      return <DatasetPage key={place.datasetId} datasetId={place.datasetId} />
    case 'models':
      return <ModelsPage />
    case 'model':
      return <ModelPage key={place.modelId} modelId={place.modelId} versionId={place.versionId} />
    case 'wizard':
      return (
        <WizardPage datasetId={place.datasetId} modelId={place.modelId} proposal={place.proposal} />
      )
    case 'move':
      return <MovePage modelId={place.modelId} versionId={place.versionId} />
    case 'playground':
      return <PlaygroundPage key={place.candidateId} candidateId={place.candidateId} />
    case 'batch':
      return <BatchPage />
    case 'endpoints':
      return <EndpointsPage />
    case 'registry':
      return (
        <RegistryPage
          key={`${place.workspaceId} ${place.groupName}`}
          workspaceId={place.workspaceId}
          groupName={place.groupName}
        />
      )
    case 'evaluation':
      return (
        <EvaluationPage
          key={place.candidateId}
          modelId={place.modelId}
          candidateId={place.candidateId}
        />
      )
    case 'settings':
      return <SettingsPage />
    case 'disk':
      return <DiskPage />
    case 'workspaces':
      return <WorkspacesPage />
    case 'workspace':
      return <WorkspacePage key={place.workspaceId} workspaceId={place.workspaceId} />
  }
}

function Navigation({ place }: { place: Place }) {
  const { t } = useTranslation()
  return (
    <NavigationContext.Consumer>
      {(navigate) => (
        <AppShell.Navbar p="md" aria-label={t('navigation.label')} style={{ overflowY: 'auto' }}>
          <Group gap="xs" mb="xl" mt={4} px={4}>
            <IconWaveSine
              size={26}
              stroke={2}
              color="var(--mantine-primary-color-filled)"
              aria-hidden
            />
            <Text fw={700} size="lg">
              {t('name')}
            </Text>
          </Group>
          <Stack gap={4} flex={1}>
            <Entry
              label={t('navigation.datasets')}
              icon={<IconDatabase size={18} aria-hidden />}
              active={sectionOf(place) === 'datasets'}
              onClick={() => navigate({ page: 'datasets' })}
            />
            <Entry
              label={t('navigation.models')}
              icon={<IconWaveSine size={18} aria-hidden />}
              active={sectionOf(place) === 'models'}
              onClick={() => navigate({ page: 'models' })}
            />
            <Text size="xs" fw={600} c="dimmed" px="sm" mt="md">
              {t('ship:navigation.use')}
            </Text>
            <Entry
              label={t('ship:navigation.playground')}
              icon={<IconMessages size={18} aria-hidden />}
              active={sectionOf(place) === 'playground'}
              onClick={() => navigate({ page: 'playground' })}
            />
            <Entry
              label={t('ship:navigation.endpoints')}
              icon={<IconPlugConnected size={18} aria-hidden />}
              active={sectionOf(place) === 'endpoints'}
              onClick={() => navigate({ page: 'endpoints' })}
            />
            <Entry
              label={t('ship:navigation.registry')}
              icon={<IconCertificate size={18} aria-hidden />}
              active={sectionOf(place) === 'registry'}
              onClick={() => navigate({ page: 'registry' })}
            />
            <Entry
              label={t('workspaces:navigation')}
              icon={<IconCloud size={18} aria-hidden />}
              active={sectionOf(place) === 'workspaces'}
              onClick={() => navigate({ page: 'workspaces' })}
            />
            <Entry
              label={t('navigation.settings')}
              icon={<IconSettings size={18} aria-hidden />}
              active={sectionOf(place) === 'settings'}
              onClick={() => navigate({ page: 'settings' })}
            />
          </Stack>
          <RunningCost />
          <WorkspaceSwitcher />
          <EngineSwitch />
        </AppShell.Navbar>
      )}
    </NavigationContext.Consumer>
  )
}

interface EntryProps {
  readonly label: string
  readonly icon: React.ReactNode
  readonly active: boolean
  readonly onClick: () => void
}

function Entry({ label, icon, active, onClick }: EntryProps) {
  return (
    <NavLink
      component="button"
      label={label}
      leftSection={icon}
      active={active}
      aria-current={active ? 'page' : undefined}
      onClick={onClick}
      variant="light"
      style={{ borderRadius: 'var(--mantine-radius-md)' }}
    />
  )
}

function EngineSwitch() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data: status } = useQuery(engineQuery)
  const { data: open } = useQuery(openTrainingsQuery)
  const change = useMutation({
    mutationFn: (wanted: boolean) => invoke(wanted ? 'engine.start' : 'engine.stop'),
    onSuccess: (changed) => client.setQueryData(engineQuery.queryKey, changed),
    onError: showError,
  })
  const state = status?.state ?? 'starting'
  const count = open?.here.length ?? 0
  return (
    <Stack
      gap={6}
      p={4}
      pt="md"
      style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
    >
      <Title order={2} size="sm">
        {t('engine.title')}
      </Title>
      <Switch
        size="sm"
        label={t('engine.switch')}
        checked={state === 'running' || state === 'starting'}
        disabled={change.isPending || state === 'starting'}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
      <Text size="xs" c="dimmed" role="status">
        {state === 'running' && count > 0 ? t('engine.training', { count }) : t(`engine.${state}`)}
      </Text>
    </Stack>
  )
}
