import { Group, NumberInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { EndpointScaling } from '../../shared/endpoint.ts'

interface ScalingFieldsProps {
  readonly isAsync: boolean
  readonly scaling: EndpointScaling
  readonly onChange: (scaling: EndpointScaling) => void
}

/** Between how many machines it scales, and how much of the load one takes. */
export function ScalingFields({ isAsync, scaling, onChange }: ScalingFieldsProps) {
  const { t } = useTranslation('ship')
  const least = isAsync ? 0 : 1
  const { min, max, target } = scaling
  const set = (change: Partial<EndpointScaling>) => onChange({ ...scaling, ...change })
  return (
    <Group grow align="flex-start">
      <NumberInput
        label={t('deploy.least')}
        description={t(isAsync ? 'deploy.leastAsyncHint' : 'deploy.leastHint')}
        min={least}
        max={max}
        value={Math.max(least, min)}
        onChange={(value) => typeof value === 'number' && set({ min: value })}
      />
      <NumberInput
        label={t('deploy.most')}
        description={t('deploy.mostHint')}
        min={Math.max(1, min)}
        max={20}
        value={max}
        onChange={(value) => typeof value === 'number' && set({ max: value })}
      />
      <NumberInput
        label={t(isAsync ? 'deploy.targetAsync' : 'deploy.target')}
        description={t('deploy.targetHint')}
        min={1}
        value={target}
        onChange={(value) => typeof value === 'number' && set({ target: value })}
      />
    </Group>
  )
}
