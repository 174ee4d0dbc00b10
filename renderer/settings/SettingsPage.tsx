import {
  Button,
  Group,
  NumberInput,
  Paper,
  Select,
  SegmentedControl,
  Skeleton,
  Stack,
  Switch,
  Table,
  Text,
  Title,
  Input,
} from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { leastIdleMinutes, mostIdleMinutes } from '../../shared/endpoint.ts'
import type { Settings } from '../../shared/settings.ts'
import { invoke } from '../api.ts'
import { PageHeader } from '../components/PageHeader.tsx'
import { showError } from '../components/showError.tsx'
import { useNavigate } from '../navigation.tsx'
import { appQuery, deviceQuery, settingsQuery } from '../queries.ts'
import { HubSettings } from './HubSettings.tsx'

const languages: readonly Settings['language'][] = ['system', 'en', 'zh']
const schemes: readonly Settings['colorScheme'][] = ['system', 'light', 'dark']

export function SettingsPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data: settings } = useQuery(settingsQuery)
  const { data: facts } = useQuery(appQuery)
  const { data: device } = useQuery({ ...deviceQuery, staleTime: 0 })
  const change = useMutation({
    mutationFn: (wanted: Partial<Settings>) => invoke('settings.update', wanted),
    onSuccess: (changed) => client.setQueryData(settingsQuery.queryKey, changed),
    onError: showError,
  })
  if (!settings || !facts) return <Skeleton h={360} radius="lg" />
  return (
    <>
      <PageHeader title={t('settings.title')} />
      <Stack gap="xl" maw={560}>
        <Select
          label={t('settings.language')}
          data={languages.map((value) => ({ value, label: t(`settings.languages.${value}`) }))}
          value={settings.language}
          allowDeselect={false}
          onChange={(value) => {
            const language = languages.find((known) => known === value)
            if (language) change.mutate({ language })
          }}
        />
        <Input.Wrapper label={t('settings.colorScheme')} labelElement="div">
          <SegmentedControl
            fullWidth
            mt={4}
            aria-label={t('settings.colorScheme')}
            data={schemes.map((value) => ({ value, label: t(`settings.schemes.${value}`) }))}
            value={settings.colorScheme}
            onChange={(value) => {
              const colorScheme = schemes.find((known) => known === value)
              if (colorScheme) change.mutate({ colorScheme })
            }}
          />
        </Input.Wrapper>
        <Switch
          label={t('settings.notifications')}
          description={t('settings.notificationsHint')}
          checked={settings.notifications}
          onChange={(event) => change.mutate({ notifications: event.currentTarget.checked })}
        />
        <NumberInput
          label={t('settings.threads')}
          description={t('settings.threadsHint')}
          min={0}
          max={256}
          allowDecimal={false}
          value={settings.trainingThreads}
          onChange={(value) => {
            if (typeof value === 'number' && value >= 0 && value <= 256) {
              change.mutate({ trainingThreads: value })
            }
          }}
        />
        <Group justify="space-between">
          <div>
            <Text size="sm" fw={500}>
              {t('disk:title')}
            </Text>
            <Text size="xs" c="dimmed">
              {t('disk:openHint')}
            </Text>
          </div>
          <Button variant="default" onClick={() => navigate({ page: 'disk' })}>
            {t('disk:open')}
          </Button>
        </Group>
        <NumberInput
          label={t('ship:idle.label')}
          description={t('ship:idle.hint')}
          min={leastIdleMinutes}
          max={mostIdleMinutes}
          step={30}
          allowDecimal={false}
          value={settings.endpointIdleMinutes}
          onChange={(value) => {
            if (
              typeof value === 'number' &&
              value >= leastIdleMinutes &&
              value <= mostIdleMinutes
            ) {
              change.mutate({ endpointIdleMinutes: value })
            }
          }}
        />
        <NumberInput
          label={t('settings.awsCalls')}
          description={t('settings.awsCallsHint')}
          min={2}
          max={6000}
          allowDecimal={false}
          value={settings.awsCallsPerMinute}
          onChange={(value) => {
            if (typeof value === 'number' && value >= 2 && value <= 6000) {
              change.mutate({ awsCallsPerMinute: value })
            }
          }}
        />
        <HubSettings settings={settings} onChange={(wanted) => change.mutate(wanted)} />
        <section>
          <Title order={2} mb="sm">
            {t('settings.about')}
          </Title>
          <Paper withBorder radius="lg" p="xs">
            <Table variant="vertical" layout="fixed">
              <Table.Tbody>
                <Table.Tr>
                  <Table.Th w={160}>{t('settings.version')}</Table.Th>
                  <Table.Td>{facts.version}</Table.Td>
                </Table.Tr>
                <Table.Tr>
                  <Table.Th>{t('settings.runtime')}</Table.Th>
                  <Table.Td>{facts.runtime}</Table.Td>
                </Table.Tr>
                {device && (
                  <Table.Tr>
                    <Table.Th>{t('settings.device')}</Table.Th>
                    <Table.Td>
                      {t(`device.${device.provider}`)}
                      {device.rejected.map(({ provider, outcome, detail }) => (
                        <Text key={provider} size="xs" c="dimmed" title={detail}>
                          {t(`device.outcome.${outcome}`, { name: t(`device.${provider}`) })}
                        </Text>
                      ))}
                    </Table.Td>
                  </Table.Tr>
                )}
                <Table.Tr>
                  <Table.Th>{t('settings.dataFolder')}</Table.Th>
                  <Table.Td className="invisible">{facts.dataDirectory}</Table.Td>
                </Table.Tr>
              </Table.Tbody>
            </Table>
          </Paper>
        </section>
      </Stack>
    </>
  )
}
