import { Tooltip, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const underline = {
  textDecoration: 'underline dotted',
  textUnderlineOffset: 4,
  cursor: 'help',
  font: 'inherit',
}

/** A word of the field, explained where it stands: on hover and on focus. */
export function Term({
  name,
}: {
  name: 'loss' | 'perplexity' | 'validationLoss' | 'trainingLoss' | 'epoch'
}) {
  const { t } = useTranslation()
  return (
    <Tooltip
      label={t(`term.${name}.meaning`)}
      multiline
      w={280}
      events={{ hover: true, focus: true, touch: true }}
    >
      <UnstyledButton component="span" tabIndex={0} style={underline}>
        {t(`term.${name}.word`)}
      </UnstyledButton>
    </Tooltip>
  )
}
