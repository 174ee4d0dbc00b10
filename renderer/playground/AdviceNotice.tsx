import { Alert } from '@mantine/core'
import { IconBulb } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { adviseOnPrompts } from '../../shared/promptAdvice.ts'

/** Where the questions ask for facts, fine-tuning is the wrong tool: said once, and only then. */
export function AdviceNotice({ prompts }: { prompts: readonly string[] }) {
  const { t } = useTranslation('ship')
  const [isClosed, setIsClosed] = useState(false)
  const advice = adviseOnPrompts(prompts)
  if (advice === null || isClosed) return null
  return (
    <Alert
      color="blue"
      variant="light"
      icon={<IconBulb aria-hidden />}
      title={t('advice.title')}
      withCloseButton
      closeButtonLabel={t('close')}
      onClose={() => setIsClosed(true)}
    >
      {t(`advice.${advice}`)}
    </Alert>
  )
}
