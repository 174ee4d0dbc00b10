import { Button, Group, Modal, ScrollArea, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { BaseModel } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { licenceQuery } from '../queries.ts'

interface LicenceDialogProps {
  readonly workspaceId: string
  readonly model: BaseModel
  readonly onAccepted: () => void
  readonly onClose: () => void
}

/** The licence as AWS has it, to be read before it is accepted. What was accepted, and when, is kept. */
export function LicenceDialog({ workspaceId, model, onAccepted, onClose }: LicenceDialogProps) {
  const { t } = useTranslation('catalog')
  const client = useQueryClient()
  const query = licenceQuery(workspaceId, model.id)
  const { data, error } = useQuery(query)
  const accept = useMutation({
    mutationFn: (textSha256: string) =>
      invoke('licence.accept', { workspaceId, baseModelId: model.id, textSha256 }),
    onSuccess: (licence) => {
      client.setQueryData(query.queryKey, licence)
      onAccepted()
    },
    // Another text by now: it is shown anew.
    onError: () => client.invalidateQueries({ queryKey: query.queryKey }),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('licence.title', { name: model.displayName })}
      closeButtonProps={{ 'aria-label': t('app:action.close') }}
      centered
    >
      <Stack>
        <Text size="sm">{t('licence.hint', { provider: model.provider })}</Text>
        {error && <ErrorNotice error={error} />}
        {accept.error && <ErrorNotice error={accept.error} />}
        {!data && !error && <Skeleton h={260} radius="md" />}
        {data && (
          <ScrollArea.Autosize
            mah="45vh"
            type="auto"
            p="md"
            bd="1px solid var(--mantine-color-default-border)"
            viewportProps={{ tabIndex: 0, 'aria-label': t('licence.text'), role: 'region' }}
          >
            <Text className="invisible" size="sm" ff="monospace">
              {data.text}
            </Text>
          </ScrollArea.Autosize>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('licence.decline')}
          </Button>
          <Button
            disabled={!data}
            loading={accept.isPending}
            onClick={() => data && accept.mutate(data.textSha256)}
          >
            {t('licence.accept')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
