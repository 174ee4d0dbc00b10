import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { workspaceDraftSchema, type AwsWorkspace } from '../../shared/workspace.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { rolesQuery } from './queries.ts'

interface ActionProps {
  readonly workspace: AwsWorkspace
  readonly onChanged: () => void
}

/** One of the account's own roles. Nothing is shown where they may not be listed. */
export function RoleChoice({ workspace, onChanged }: ActionProps) {
  const { t } = useTranslation('workspaces')
  const { data: roles } = useQuery(rolesQuery(workspace.id))
  const choose = useMutation({
    mutationFn: (executionRoleArn: string) =>
      invoke('workspace.update', {
        id: workspace.id,
        draft: workspaceDraftSchema.parse({ ...workspace, executionRoleArn }),
      }),
    onSuccess: onChanged,
    onError: showError,
  })
  if (!roles || roles.length === 0) return null
  return (
    <Select
      flex="1 1 16rem"
      label={t('setup.chooseRole')}
      placeholder={t('setup.chooseRolePlaceholder')}
      searchable
      disabled={choose.isPending}
      data={roles.map(({ arn, name }) => ({ value: arn, label: name }))}
      value={workspace.executionRoleArn}
      onChange={(arn) => {
        if (arn !== null) choose.mutate(arn)
      }}
    />
  )
}

export function CreateRole({ workspace, onChanged }: ActionProps) {
  const { t } = useTranslation('workspaces')
  return (
    <Confirmed
      label={t('setup.createRole')}
      title={t('setup.createRoleTitle', { name: 'TimbreExecution' })}
      text={t('setup.createRoleText')}
      onConfirm={() => invoke('setup.createRole', { id: workspace.id })}
      onChanged={onChanged}
    />
  )
}

export function CreateBucket({ workspace, bucket, onChanged }: ActionProps & { bucket: string }) {
  const { t } = useTranslation('workspaces')
  return (
    <Confirmed
      label={t('setup.createBucket')}
      title={t('setup.createBucketTitle', { name: bucket })}
      text={t('setup.createBucketText')}
      onConfirm={() => invoke('setup.createBucket', { id: workspace.id })}
      onChanged={onChanged}
    />
  )
}

interface ConfirmedProps {
  readonly label: string
  readonly title: string
  readonly text: string
  readonly onConfirm: () => Promise<unknown>
  readonly onChanged: () => void
}

/** What is made in somebody's account is asked for first. */
function Confirmed({ label, title, text, onConfirm, onChanged }: ConfirmedProps) {
  const { t } = useTranslation('workspaces')
  const [isOpen, { open, close }] = useDisclosure(false)
  const make = useMutation({
    mutationFn: onConfirm,
    onSuccess() {
      close()
      onChanged()
    },
    onError(error) {
      close()
      showError(error)
    },
  })
  return (
    <>
      <Group>
        <Button variant="light" onClick={open}>
          {label}
        </Button>
      </Group>
      <Modal
        opened={isOpen}
        onClose={close}
        title={title}
        closeButtonProps={{ 'aria-label': t('app:action.close') }}
      >
        <Stack>
          <Text>{text}</Text>
          <Group justify="flex-end">
            <Button loading={make.isPending} onClick={() => make.mutate()}>
              {t('setup.confirm')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
