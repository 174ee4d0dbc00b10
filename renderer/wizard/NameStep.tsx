import { Radio, Stack, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { StepProps } from './stepProps.ts'

export function NameStep({ draft, dispatch }: StepProps) {
  const { t } = useTranslation()
  return (
    <Stack maw={520}>
      <TextInput
        label={t('wizard.name')}
        description={t('wizard.nameHint')}
        value={draft.name}
        onChange={(event) => dispatch({ type: 'named', name: event.currentTarget.value })}
        data-autofocus
        autoFocus
      />
      <Radio.Group label={t('wizard.problemType')} value="fine-tune-foundation-model">
        <Radio
          mt="xs"
          value="fine-tune-foundation-model"
          label={t('wizard.fineTune')}
          description={t('wizard.fineTuneHint')}
          readOnly
        />
      </Radio.Group>
    </Stack>
  )
}
