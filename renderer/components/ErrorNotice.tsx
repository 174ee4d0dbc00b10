import { Alert, Button, Code, Collapse, Stack } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { toAppError, type AppErrorData } from '../../shared/errors.ts'

/** What is wrong and what to do; the raw words are folded below. */
export function ErrorNotice({ error }: { error: unknown }) {
  return <ErrorDataNotice error={toAppError(error).toData()} />
}

export function ErrorDataNotice({ error }: { error: AppErrorData }) {
  const { t } = useTranslation()
  const [open, { toggle }] = useDisclosure(false)
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      <Stack gap="xs" align="flex-start">
        <span>{t(`errors:${error.code}`, { ...error.details })}</span>
        <Button
          variant="subtle"
          size="compact-xs"
          color="gray"
          onClick={toggle}
          aria-expanded={open}
        >
          {t('error.details')}
        </Button>
        <Collapse expanded={open}>
          <Code block>{rawWords(error)}</Code>
        </Collapse>
      </Stack>
    </Alert>
  )
}

/** As it was said, with the id that AWS's support asks for. */
function rawWords({ code, message, details }: AppErrorData): string {
  const { awsError = '', status = '', requestId = '' } = details
  const facts = [awsError, status, requestId].filter((fact) => fact !== '').join(' · ')
  return [`${code}: ${message}`, ...(facts === '' ? [] : [facts])].join('\n')
}
