import { Radio, Select, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { MachineFacts } from '../endpoints/MachineFacts.tsx'
import type { TransformOffer } from './useTransformChoice.ts'

/** At AWS: by the endpoint, or by a job on a machine of its own, with what that costs. */
export function AnswerWay({ offer }: { offer: TransformOffer }) {
  const { t } = useTranslation('ship')
  const { defaults, instanceTypes, instanceType, isChosen } = offer
  return (
    <Stack mt="md" gap="sm">
      <Radio.Group
        label={t('batch.by.label')}
        value={isChosen ? 'transform' : 'endpoint'}
        onChange={(value) => offer.choose(value === 'transform')}
      >
        <Stack gap="xs" mt={4}>
          {(['endpoint', 'transform'] as const).map((way) => (
            <Radio
              key={way}
              value={way}
              label={t(`batch.by.${way}`)}
              description={t(`batch.by.${way}Hint`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {isChosen && (
        <>
          <Select
            label={t('batch.instance')}
            data={[...instanceTypes]}
            value={instanceType}
            allowDeselect={false}
            onChange={(value) => value !== null && offer.chooseInstance(value)}
            w={320}
            maw="100%"
          />
          <MachineFacts
            workspaceId={defaults.workspaceId}
            instanceType={instanceType}
            instanceCount={1}
            neededGigabytes={defaults.neededGigabytes}
          />
        </>
      )}
    </Stack>
  )
}
