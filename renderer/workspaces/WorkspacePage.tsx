import { Button, Group, Modal, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { AwsWorkspace, WorkspaceDraft } from '../../shared/workspace.ts'
import { invoke } from '../api.ts'
import { PageHeader } from '../components/PageHeader.tsx'
import { showError } from '../components/showError.tsx'
import { useNavigate } from '../navigation.tsx'
import { ForeignJobsPanel } from './ForeignJobsPanel.tsx'
import { KeysPanel } from './KeysPanel.tsx'
import { SetupPanel } from './SetupPanel.tsx'
import { UploadsPanel } from './UploadsPanel.tsx'
import { WorkspaceForm } from './WorkspaceForm.tsx'
import { workspacesQuery } from './queries.ts'
import { emptyFields, fieldsOf } from './workspaceForm.ts'
import { showMessage } from '../components/showMessage.ts'

/** @param workspaceId null for one that is being added */
export function WorkspacePage({ workspaceId }: { workspaceId: string | null }) {
  const { data: workspaces } = useQuery(workspacesQuery)
  if (workspaceId === null) return <NewWorkspace />
  if (!workspaces) return <Skeleton h={360} radius="lg" />
  const workspace = workspaces.find(({ id }) => id === workspaceId)
  return workspace?.kind === 'aws' ? <KnownWorkspace workspace={workspace} /> : null
}

function NewWorkspace() {
  const { t } = useTranslation('workspaces')
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: (draft: WorkspaceDraft) => invoke('workspace.create', draft),
    onSuccess: ({ id }) => navigate({ page: 'workspace', workspaceId: id }),
    onError: showError,
  })
  return (
    <>
      <PageHeader
        title={t('form.new')}
        back={{ label: t('title'), onClick: () => navigate({ page: 'workspaces' }) }}
      />
      <Paper withBorder radius="lg" p="lg" maw={760}>
        <WorkspaceForm
          initial={emptyFields}
          submitLabel={t('form.create')}
          isSaving={create.isPending}
          onSubmit={(draft) => create.mutate(draft)}
        />
      </Paper>
    </>
  )
}

function KnownWorkspace({ workspace }: { workspace: AwsWorkspace }) {
  const { t } = useTranslation('workspaces')
  const navigate = useNavigate()
  const save = useMutation({
    mutationFn: (draft: WorkspaceDraft) => invoke('workspace.update', { id: workspace.id, draft }),
    onSuccess: () => showMessage({ message: t('form.saved') }),
    onError: showError,
  })
  return (
    <>
      <PageHeader
        title={workspace.name}
        subtitle={workspace.region}
        back={{ label: t('title'), onClick: () => navigate({ page: 'workspaces' }) }}
        actions={<RemoveWorkspace workspace={workspace} />}
      />
      <Stack gap="xl" maw={760}>
        {workspace.credentials.kind === 'keys' && <KeysPanel workspaceId={workspace.id} />}
        <SetupPanel workspace={workspace} />
        <UploadsPanel workspaceId={workspace.id} />
        <ForeignJobsPanel workspaceId={workspace.id} />
        <section>
          <Title order={2} mb="sm">
            {t('form.title')}
          </Title>
          <Paper withBorder radius="lg" p="lg">
            <WorkspaceForm
              // What the setup changes is shown here as well.
              key={workspace.executionRoleArn}
              initial={fieldsOf(workspace)}
              submitLabel={t('form.save')}
              isSaving={save.isPending}
              onSubmit={(draft) => save.mutate(draft)}
            />
          </Paper>
        </section>
      </Stack>
    </>
  )
}

function RemoveWorkspace({ workspace: { id, name } }: { workspace: AwsWorkspace }) {
  const { t } = useTranslation('workspaces')
  const navigate = useNavigate()
  const [isOpen, { open, close }] = useDisclosure(false)
  const remove = useMutation({
    mutationFn: () => invoke('workspace.delete', { id }),
    onSuccess: () => navigate({ page: 'workspaces' }),
    onError(error) {
      close()
      showError(error)
    },
  })
  return (
    <>
      <Button variant="subtle" color="red" onClick={open}>
        {t('form.remove')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('form.removeTitle', { name })}
        closeButtonProps={{ 'aria-label': t('app:action.close') }}
      >
        <Stack>
          <Text>{t('form.removeText')}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('form.keep')}
            </Button>
            <Button color="red.8" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t('form.remove')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
