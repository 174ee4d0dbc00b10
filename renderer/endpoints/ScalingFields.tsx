import { Group, NumberInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { EndpointScaling } from '../../shared/endpoint.ts'

interface ScalingFieldsProps {
  readonly isAsync: boolean
  readonly scaling: EndpointScaling
  readonly onChange: (scaling: EndpointScaling) => void
}

/** Questions a minute, and questions at once, that one machine answers. */
export const minuteTarget = 60
const atOnceTarget = 5

/** Between how many machines it scales, and how much of the load one takes. */
export function ScalingFields({ isAsync, scaling, onChange }: ScalingFieldsProps) {
  const { t } = useTranslation('ship')
  const { min, max, target } = scaling
  const set = (change: Partial<EndpointScaling>) => onChange({ ...scaling, ...change })
  // What is counted is another thing then, and so is how much of it is much.
  const setLeast = (least: number) =>
    set({
      min: least,
      ...(!isAsync &&
        (least === 0) !== (min === 0) && { target: least === 0 ? atOnceTarget : minuteTarget }),
    })
  const targetName = isAsync ? 'targetAsync' : min === 0 ? 'targetAtOnce' : 'target'
  return (
    <Group grow align="flex-end">
      <NumberInput
        label={t('deploy.least')}
        description={t(isAsync ? 'deploy.leastAsyncHint' : 'deploy.leastHint')}
        min={0}
        max={max}
        value={min}
        onChange={(value) => typeof value === 'number' && setLeast(value)}
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
        label={t(`deploy.${targetName}`)}
        description={t(
          `deploy.${targetName === 'targetAtOnce' ? 'targetAtOnceHint' : 'targetHint'}`,
        )}
        min={1}
        value={target}
        onChange={(value) => typeof value === 'number' && set({ target: value })}
      />
    </Group>
  )
}
