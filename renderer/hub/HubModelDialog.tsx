import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AddHubModel } from '../../shared/hubModel.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { hubDownloadQuery, settingsQuery } from '../queries.ts'
import { HubDownloadProgress } from './HubDownloadProgress.tsx'
import { HubModelPlan } from './HubModelPlan.tsx'

interface HubModelDialogProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly onDownload: (wanted: AddHubModel) => void
  /** Why the last download failed; null where it did not, or was cancelled. */
  readonly error: Error | null
  readonly onForgetError: () => void
}

/** A model by its name: looked up, shown, and downloaded. */
export function HubModelDialog({
  opened,
  onClose,
  onDownload,
  error,
  onForgetError,
}: HubModelDialogProps) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const { data: settings } = useQuery(settingsQuery)
  const { data: download } = useQuery(hubDownloadQuery)
  const look = useMutation({
    mutationFn: (wanted: string) => invoke('hubModel.describe', { name: wanted }),
  })
  const failure = look.error ?? error
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t('hub.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            // Events of a dialog reach the form that it was opened from, which would go to its next step.
            event.stopPropagation()
            onForgetError()
            if (name.trim() !== '') look.mutate(name)
          }}
        >
          <Group align="flex-end" gap="sm" wrap="wrap">
            <TextInput
              data-autofocus
              flex="1 1 18rem"
              label={t('hub.name')}
              description={t('hub.nameHint', {
                host: settings ? new URL(settings.hubUrl).host : '',
              })}
              placeholder="HuggingFaceTB/SmolLM2-135M-Instruct"
              value={name}
              disabled={Boolean(download)}
              onChange={(event) => {
                setName(event.currentTarget.value)
                look.reset()
                onForgetError()
              }}
            />
            <Button
              type="submit"
              variant="default"
              loading={look.isPending}
              disabled={Boolean(download)}
            >
              {t('hub.look')}
            </Button>
          </Group>
        </form>
        {failure && !download && <ErrorNotice error={failure} />}
        {download ? (
          <HubDownloadProgress download={download} />
        ) : (
          look.data && (
            <HubModelPlan key={look.data.commit} model={look.data} onDownload={onDownload} />
          )
        )}
      </Stack>
    </Modal>
  )
}
