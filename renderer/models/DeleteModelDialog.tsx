import { Alert, Button, Group, List, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { binDays } from '../../shared/diskLedger.ts'
import type { Model } from '../../shared/model.ts'
import type { ModelDeletion } from '../../shared/modelDeletion.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { useDiskChange } from '../disk/diskQueries.ts'
import { formatBytes } from '../format.ts'
import { useNavigate } from '../navigation.tsx'
import { engineQuery, modelDeletionQuery } from '../queries.ts'
import { showDeletedModel } from './DeletedModelMessage.tsx'

interface DeleteModelDialogProps {
  readonly model: Model
  readonly onClose: () => void
}

/** Into the bin, as on the page of what takes space; here it is said before what that means. */
export function DeleteModelDialog({ model, onClose }: DeleteModelDialogProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { data: engine } = useQuery(engineQuery)
  const { data, error } = useQuery(modelDeletionQuery(model.id, engine?.state))
  const remove = useDiskChange(() => {
    onClose()
    navigate({ page: 'models' })
    showDeletedModel(model)
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={
        <span style={{ overflowWrap: 'anywhere' }}>{t('model.deleteTitle', { name: model.name })}</span>
      }
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="sm">
        {error && <ErrorNotice error={error} />}
        {!data && !error && <Skeleton h={180} radius="md" />}
        {data && <Consequences deletion={data} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={onClose}>
            {t('disk:keep')}
          </Button>
          <Button
            color="red.8"
            disabled={!data || data.freesBytes === null}
            loading={remove.isPending}
            onClick={() => remove.mutate({ type: 'delete', item: { kind: 'model', id: model.id } })}
          >
            {t('model.deleteNow')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Consequences({ deletion }: { deletion: ModelDeletion }) {
  const { t, i18n } = useTranslation()
  const { versions, candidates, reports, freesBytes, trainings, datasets } = deletion
  const { conversations, endpoints } = deletion
  const listed = (names: readonly string[]) => new Intl.ListFormat(i18n.language).format(names)
  const goes = [
    t('model.deletion.versions', { count: versions }),
    t('model.deletion.candidates', { count: candidates }),
    reports > 0 && t('model.deletion.reports', { count: reports }),
    freesBytes !== null &&
      freesBytes > 0 &&
      t('model.deletion.frees', { size: formatBytes(freesBytes) }),
  ]
  const stays = [
    datasets.length > 0 &&
      t('model.deletion.datasets', {
        count: datasets.length,
        names: listed(datasets.map((name) => `“${name}”`)),
      }),
    conversations > 0 && t('model.deletion.conversations', { count: conversations }),
    t('model.deletion.elsewhere'),
  ]
  const { here, inAws } = trainings
  return (
    <>
      <Text size="sm">{t('model.deletion.bin', { count: binDays })}</Text>
      <Facts title={t('model.deletion.goes')} facts={goes} />
      <Facts title={t('model.deletion.stays')} facts={stays} />
      {freesBytes === null && <Notice text={t('model.deletion.engineOff')} />}
      {here > 0 && <Notice text={t('model.deletion.trainingHere', { count: here })} />}
      {inAws > 0 && <Notice text={t('model.deletion.trainingInAws', { count: inAws })} />}
      {endpoints.length > 0 && (
        <Notice
          text={t('model.deletion.endpoints', {
            count: endpoints.length,
            names: listed(endpoints),
          })}
        />
      )}
    </>
  )
}

function Facts({
  title,
  facts,
}: {
  readonly title: string
  readonly facts: readonly (string | false)[]
}) {
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <List size="sm" spacing={2}>
        {facts
          .filter((fact) => fact !== false)
          .map((fact) => (
            <List.Item key={fact} style={{ overflowWrap: 'anywhere' }}>
              {fact}
            </List.Item>
          ))}
      </List>
    </div>
  )
}

function Notice({ text }: { text: string }) {
  return (
    <Alert color="orange" variant="light" icon={<IconAlertTriangle aria-hidden />} role="note">
      {text}
    </Alert>
  )
}
