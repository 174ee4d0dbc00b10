import {
  Alert,
  Autocomplete,
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconMoon, IconShieldCheck } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  defaultIdleMinutes,
  deploymentNameSchema,
  leastIdleMinutes,
  mostIdleMinutes,
  type DeployDefaults,
  type EndpointScaling,
} from '../../shared/endpoint.ts'
import { suggestedGroupName } from '../../shared/registry.ts'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { useNavigate } from '../navigation.tsx'
import { deployDefaultsQuery } from '../shipQueries.ts'
import { MachineFacts } from './MachineFacts.tsx'
import { minuteTarget, ScalingFields } from './ScalingFields.tsx'
import { SecurityFacts } from './SecurityFacts.tsx'
import { useMachinePrice } from './useMachinePrice.ts'

interface DeployDialogProps {
  readonly candidateId: string
  readonly onClose: () => void
}

export function DeployDialog({ candidateId, onClose }: DeployDialogProps) {
  const { t } = useTranslation('ship')
  const { data, error } = useQuery(deployDefaultsQuery(candidateId))
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
  readonly defaults: DeployDefaults
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
  const [isScaling, setIsScaling] = useState(false)
  const [scaling, setScaling] = useState<EndpointScaling>({
    min: 1,
    max: 4,
    target: minuteTarget,
  })
  const [captureUri, setCaptureUri] = useState('')
  const [captureShare, setCaptureShare] = useState(100)
  const [isAsync, setIsAsync] = useState(false)
  const deploy = useMutation({
    mutationFn: () =>
      invoke('endpoint.deploy', {
        candidateId,
        name,
        instanceType,
        instanceCount,
        idleMinutes: endsByItself ? idleMinutes : null,
        dataCapture:
          captureUri === '' ? null : { percentage: captureShare, destinationUri: captureUri },
        isAsync,
        scaling: isScaling ? scaling : null,
        mayGoUnguarded: false,
      }),
    onSuccess: () => {
      onClose()
      navigate({ page: 'endpoints' })
    },
  })
  const mostInstances = isScaling ? scaling.max : instanceCount
  const { perHourOf, isPending: isPricing } = useMachinePrice(defaults.workspaceId, instanceType)
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
            <Autocomplete
              label={t('deploy.instance')}
              description={t('deploy.instanceHint', { suggested: defaults.instanceType })}
              data={defaults.instanceTypes}
              // All of them, whatever stands there already.
              filter={({ options }) => options}
              value={instanceType}
              onChange={(value) => setInstanceType(value.trim())}
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
          <MachineFacts
            workspaceId={defaults.workspaceId}
            instanceType={instanceType}
            instanceCount={mostInstances}
            neededGigabytes={defaults.neededGigabytes}
          />
          <SecurityFacts kmsKeyArn={defaults.kmsKeyArn} vpc={defaults.vpc} />
          <TextInput
            label={t('deploy.capture')}
            description={t('deploy.captureHint')}
            placeholder={t('deploy.captureExample')}
            value={captureUri}
            onChange={(event) => setCaptureUri(event.currentTarget.value.trim())}
          />
          {captureUri !== '' && (
            <NumberInput
              label={t('deploy.captureShare')}
              min={1}
              max={100}
              suffix=" %"
              value={captureShare}
              onChange={(value) => typeof value === 'number' && setCaptureShare(Math.round(value))}
            />
          )}
          <Checkbox
            label={t('deploy.async')}
            description={t('deploy.asyncHint')}
            checked={isAsync}
            onChange={(event) => setIsAsync(event.currentTarget.checked)}
          />
          <Checkbox
            label={t('deploy.scaling')}
            description={t('deploy.scalingHint')}
            checked={isScaling}
            onChange={(event) => setIsScaling(event.currentTarget.checked)}
          />
          {isScaling && <ScalingFields isAsync={isAsync} scaling={scaling} onChange={setScaling} />}
          {isScaling && !isAsync && scaling.min === 0 && (
            <Alert variant="light" icon={<IconMoon aria-hidden />}>
              {t('deploy.sleeps')}
            </Alert>
          )}
        </>
      )}
      <Checkbox
        label={t('deploy.ends')}
        description={t(isLocal ? 'deploy.endsHintLocal' : 'deploy.endsHint')}
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
        <Button
          disabled={!isNameGood}
          loading={deploy.isPending || isPricing}
          onClick={() => deploy.mutate()}
        >
          {perHourOf
            ? t('deploy.startPriced', { price: perHourOf(mostInstances) })
            : t('deploy.start')}
        </Button>
      </Group>
    </Stack>
  )
}
