import { Box, Button, Menu, Progress, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconDownload, IconFile, IconFolder } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { invoke, on } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { formatPercent } from '../format.ts'
import { HubDownloadProgress } from '../hub/HubDownloadProgress.tsx'
import { HubModelDialog } from '../hub/HubModelDialog.tsx'
import { useAddHubModel } from '../hub/useAddHubModel.ts'
import { baseModelsQuery, hubDownloadQuery } from '../queries.ts'

/** A model of the analyst's own, from the Hub, a GGUF file or a Hugging Face folder. */
export function AddBaseModel({ onAdded }: { onAdded: (id: string) => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [hubOpen, hubDialog] = useDisclosure()
  const { data: download } = useQuery(hubDownloadQuery)
  const [copied, setCopied] = useState<{ name: string; fraction: number } | null>(null)
  useEffect(() => on('baseModel.copied', setCopied), [])
  const { mutate, isPending } = useMutation({
    mutationFn: (kind: 'file' | 'folder') => invoke('baseModel.choose', { kind }),
    onSuccess: async (added) => {
      if (!added) return
      await client.invalidateQueries({ queryKey: baseModelsQuery.queryKey })
      onAdded(added.id)
    },
    onError: showError,
    onSettled: () => setCopied(null),
  })
  const fromHub = useAddHubModel((id) => {
    hubDialog.close()
    onAdded(id)
  })
  return (
    <Stack gap="xs" align="flex-start">
      <Menu>
        <Menu.Target>
          <Button
            variant="default"
            loading={isPending}
            rightSection={<IconChevronDown size={16} aria-hidden />}
          >
            {t('wizard.addBaseModel')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} aria-hidden />} onClick={hubDialog.open}>
            {t('wizard.addFromHub')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconFolder size={16} aria-hidden />}
            onClick={() => mutate('folder')}
          >
            {t('wizard.addFolder')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconFile size={16} aria-hidden />}
            onClick={() => mutate('file')}
          >
            {t('wizard.addGguf')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isPending && copied && (
        <Stack gap={4} w={320} role="status">
          <Text size="sm">
            {copied.fraction < 1
              ? t('wizard.copying', { name: copied.name, share: formatPercent(copied.fraction) })
              : t('wizard.checking', { name: copied.name })}
          </Text>
          <Progress value={copied.fraction * 100} aria-label={copied.name} />
        </Stack>
      )}
      {!hubOpen && download && (
        <Box w="100%" maw={560}>
          <HubDownloadProgress download={download} />
        </Box>
      )}
      {!hubOpen && !download && fromHub.error && <ErrorNotice error={fromHub.error} />}
      <Text size="sm" c="dimmed">
        {t('wizard.addBaseModelHint')}
      </Text>
      <HubModelDialog
        opened={hubOpen}
        onClose={hubDialog.close}
        onDownload={fromHub.download}
        error={fromHub.error}
        onForgetError={fromHub.forgetError}
      />
    </Stack>
  )
}
