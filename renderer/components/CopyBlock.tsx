import { ActionIcon, Box, Code, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

interface CopyBlockProps {
  readonly label: string
  readonly text: string
}

/** Text to take elsewhere, with a button that copies it. */
export function CopyBlock({ label, text }: CopyBlockProps) {
  const { t } = useTranslation('ship')
  return (
    <Box pos="relative">
      <Code
        block
        pr={44}
        tabIndex={0}
        aria-label={label}
        style={{
          maxHeight: 420,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={t(copied ? 'copied' : 'copy')}>
            <ActionIcon
              pos="absolute"
              top={6}
              right={6}
              variant="default"
              onClick={copy}
              aria-label={t(copied ? 'copied' : 'copyLabel', { label })}
            >
              {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Box>
  )
}
