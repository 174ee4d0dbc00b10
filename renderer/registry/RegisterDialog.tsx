import { Autocomplete, Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { groupNameSchema, suggestedGroupName } from '../../shared/registry.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { useNavigate } from '../navigation.tsx'
import { registryGroupsQuery } from '../shipQueries.ts'

interface RegisterDialogProps {
  readonly candidateId: string
  readonly modelName: string
  readonly workspaceId: string
  readonly onClose: () => void
}

export function RegisterDialog(props: RegisterDialogProps) {
  const { candidateId, modelName, workspaceId, onClose } = props
  const { t } = useTranslation('ship')
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data: groups = [] } = useQuery(registryGroupsQuery(workspaceId))
  const [groupName, setGroupName] = useState(suggestedGroupName(modelName))
  const [description, setDescription] = useState('')
  const [intendedUse, setIntendedUse] = useState('')
  const register = useMutation({
    mutationFn: () =>
      invoke('registry.register', { candidateId, groupName, description, intendedUse }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['registryGroups'] })
      void client.invalidateQueries({ queryKey: ['registryVersions'] })
      onClose()
      navigate({ page: 'registry', workspaceId, groupName })
    },
  })
  const isNameGood = groupNameSchema.safeParse(groupName).success
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('register.title')}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t('register.text')}
        </Text>
        <Autocomplete
          label={t('register.group')}
          description={t('register.groupHint')}
          data={groups.map(({ name }) => name)}
          value={groupName}
          onChange={setGroupName}
          error={isNameGood ? null : t('register.groupInvalid')}
        />
        <Textarea
          label={t('register.description')}
          maxLength={1000}
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Textarea
          label={t('register.use')}
          description={t('register.useHint')}
          maxLength={2000}
          autosize
          minRows={2}
          value={intendedUse}
          onChange={(event) => setIntendedUse(event.currentTarget.value)}
        />
        {register.error && <ErrorNotice error={register.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            disabled={!isNameGood}
            loading={register.isPending}
            onClick={() => register.mutate()}
          >
            {t('register.start')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
