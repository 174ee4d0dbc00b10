import { Drawer, Stack, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { endpointsQuery } from '../shipQueries.ts'
import { CodePanel } from './CodePanel.tsx'
import { DetailsPanel } from './DetailsPanel.tsx'
import { MetricsPanel } from './MetricsPanel.tsx'
import { TrafficPanel } from './TrafficPanel.tsx'

export function EndpointDrawer({ name, onClose }: { name: string | null; onClose: () => void }) {
  const { t } = useTranslation('ship')
  const { data } = useQuery(endpointsQuery)
  const endpoint = data?.endpoints.find((one) => one.name === name)
  return (
    <Drawer
      opened={endpoint !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title={endpoint?.name}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {endpoint && (
        <Tabs defaultValue="code">
          <Tabs.List mb="md">
            {(['code', 'metrics', 'traffic', 'details'] as const).map((tab) => (
              <Tabs.Tab key={tab} value={tab}>
                {t(`endpoint.tab.${tab}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Stack>
            <Tabs.Panel value="code">
              <CodePanel name={endpoint.name} />
            </Tabs.Panel>
            <Tabs.Panel value="metrics">
              <MetricsPanel name={endpoint.name} />
            </Tabs.Panel>
            <Tabs.Panel value="traffic">
              <TrafficPanel endpoint={endpoint} />
            </Tabs.Panel>
            <Tabs.Panel value="details">
              <DetailsPanel endpoint={endpoint} />
            </Tabs.Panel>
          </Stack>
        </Tabs>
      )}
    </Drawer>
  )
}
