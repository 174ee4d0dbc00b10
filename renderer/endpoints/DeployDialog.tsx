import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconShieldCheck } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  defaultIdleMinutes,
  deploymentNameSchema,
  leastIdleMinutes,
  mostIdleMinutes,
} from '../../shared/endpoint.ts'
import { suggestedGroupName } from '../../shared/registry.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { useNavigate } from '../navigation.tsx'

interface DeployDialogProps {
  readonly candidateId: string
  readonly onClose: () => void
}

export function DeployDialog({ candidateId, onClose }: DeployDialogProps) {
  const { t } = useTranslation('ship')
  const { data, error } = useQuery({
    queryKey: ['deployDefaults', candidateId],
    queryFn: () => invoke('endpoint.defaults', { candidateId }),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('deploy.title')}
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {error && <ErrorNotice error={error} />}
      {data && <DeployForm candidateId={candidateId} defaults={data} onClose={onClose} />}
    </Modal>
  )
}

interface DeployFormProps extends DeployDialogProps {
  readonly defaults: { instanceType: string; workspaceId: string; modelName: string }
}

function DeployForm({ candidateId, defaults, onClose }: DeployFormProps) {
  const { t } = useTranslation('ship')
  const navigate = useNavigate()
  const isLocal = defaults.workspaceId === 'local'
  const [name, setName] = useState(
    suggestedGroupName(defaults.modelName).toLowerCase().slice(0, 40),
  )
  const [instanceType, setInstanceType] = useState(defaults.instanceType)
  const [instanceCount, setInstanceCount] = useState(1)
  const [endsByItself, setEndsByItself] = useState(true)
  const [idleMinutes, setIdleMinutes] = useState(defaultIdleMinutes)
  const [captureUri, setCaptureUri] = useState('')
  const [isAsync, setIsAsync] = useState(false)
  const deploy = useMutation({
    mutationFn: () =>
      invoke('endpoint.deploy', {
        candidateId,
        name,
        instanceType,
        instanceCount,
        idleMinutes: endsByItself ? idleMinutes : null,
        dataCapture: captureUri === '' ? null : { percentage: 100, destinationUri: captureUri },
        isAsync,
        mayGoUnguarded: false,
      }),
    onSuccess: () => {
      onClose()
      navigate({ page: 'endpoints' })
    },
  })
  const isNameGood = deploymentNameSchema.safeParse(name).success
  return (
    <Stack>
      <TextInput
        label={t('deploy.name')}
        description={t('deploy.nameHint')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={isNameGood ? null : t('deploy.nameInvalid')}
      />
      {isLocal ? (
        <Text size="sm" c="dimmed">
          {t('deploy.local')}
        </Text>
      ) : (
        <>
          <Group grow align="flex-start">
            <TextInput
              label={t('deploy.instance')}
              description={t('deploy.instanceHint', { suggested: defaults.instanceType })}
              value={instanceType}
              onChange={(event) => setInstanceType(event.currentTarget.value.trim())}
            />
            <NumberInput
              label={t('deploy.count')}
              description={t('deploy.countHint')}
              min={1}
              max={20}
              value={instanceCount}
              onChange={(value) => typeof value === 'number' && setInstanceCount(value)}
            />
          </Group>
          <TextInput
            label={t('deploy.capture')}
            description={t('deploy.captureHint')}
            placeholder={t('deploy.captureExample')}
            value={captureUri}
            onChange={(event) => setCaptureUri(event.currentTarget.value.trim())}
          />
          <Checkbox
            label={t('deploy.async')}
            description={t('deploy.asyncHint')}
            checked={isAsync}
            onChange={(event) => setIsAsync(event.currentTarget.checked)}
          />
        </>
      )}
      <Checkbox
        label={t('deploy.ends')}
        description={t('deploy.endsHint')}
        checked={endsByItself}
        onChange={(event) => setEndsByItself(event.currentTarget.checked)}
      />
      {endsByItself && (
        <NumberInput
          label={t('deploy.minutes')}
          min={leastIdleMinutes}
          max={mostIdleMinutes}
          step={30}
          value={idleMinutes}
          onChange={(value) => typeof value === 'number' && setIdleMinutes(Math.round(value))}
        />
      )}
      {endsByItself && (
        <Alert variant="light" icon={<IconShieldCheck aria-hidden />}>
          {t(isLocal ? 'deploy.guardLocal' : 'deploy.guard')}
        </Alert>
      )}
      {deploy.error && <ErrorNotice error={deploy.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button disabled={!isNameGood} loading={deploy.isPending} onClick={() => deploy.mutate()}>
          {t('deploy.start')}
        </Button>
      </Group>
    </Stack>
  )
}
