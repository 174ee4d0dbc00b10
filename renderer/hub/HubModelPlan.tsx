import { Button, Group, Paper, ScrollArea, Select, Stack, Table, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AddHubModel, HubModel } from '../../shared/hubModel.ts'
import { formatBytes } from '../format.ts'

interface HubModelPlanProps {
  readonly model: HubModel
  readonly onDownload: (wanted: AddHubModel) => void
}

/** What would be downloaded, for the analyst to agree to. */
export function HubModelPlan({ model, onDownload }: HubModelPlanProps) {
  const { t } = useTranslation()
  const { repo, commit, license, ggufFiles, receivedBytes } = model
  const [file, setFile] = useState(ggufFiles[0]?.name ?? null)
  const files = [...model.files, ...ggufFiles.filter(({ name }) => name === file)]
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return (
    <Paper withBorder radius="lg" p="md" component="section" aria-label={repo}>
      <Stack gap="sm">
        <div>
          <Text fw={600} className="invisible">
            {repo}
          </Text>
          <Text size="sm" c="dimmed">
            {t('hub.facts', {
              commit: commit.slice(0, 12),
              license: license || t('hub.noLicense'),
            })}
          </Text>
        </div>
        {ggufFiles.length > 0 && (
          <Select
            label={t('hub.gguf')}
            description={t('hub.ggufHint')}
            data={ggufFiles.map(({ name, sizeBytes }) => ({
              value: name,
              label: `${name} (${formatBytes(sizeBytes)})`,
            }))}
            value={file}
            allowDeselect={false}
            onChange={setFile}
          />
        )}
        <ScrollArea.Autosize mah={220} type="auto" viewportProps={{ tabIndex: 0 }}>
          <Table aria-label={t('hub.files')} verticalSpacing={4}>
            <Table.Tbody>
              {files.map(({ name, sizeBytes }) => (
                <Table.Tr key={name}>
                  <Table.Td className="invisible">{name}</Table.Td>
                  <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                    {formatBytes(sizeBytes)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
        <Group justify="space-between">
          <Text size="sm">
            {receivedBytes > 0
              ? t('hub.totalReceived', {
                  total: formatBytes(totalBytes),
                  received: formatBytes(receivedBytes),
                })
              : t('hub.total', { total: formatBytes(totalBytes) })}
          </Text>
          <Button
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => onDownload({ repo, commit, file })}
          >
            {t('hub.download')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  )
}
