import { Accordion, Box, Button, Code, CopyButton, Stack, Text, Title } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { SetupReport } from '../../shared/setup.ts'

/** The exact policies, to hand to whoever may set them. */
export function PolicyPanel({ policies }: { policies: SetupReport['policies'] }) {
  const { t } = useTranslation('workspaces')
  return (
    <Stack gap="xs">
      <Title order={3}>{t('setup.policies')}</Title>
      <Text c="dimmed" size="sm">
        {t('setup.policiesText')}
      </Text>
      <Accordion variant="contained" radius="lg">
        {policies.map(({ name, json }) => (
          <Accordion.Item key={name} value={name}>
            <Accordion.Control>{t(`setup.policy.${name}`)}</Accordion.Control>
            <Accordion.Panel>
              <Stack gap="xs" align="flex-start">
                <CopyButton value={json}>
                  {({ copied, copy }) => (
                    <Button
                      size="compact-sm"
                      variant="light"
                      leftSection={
                        copied ? (
                          <IconCheck size={16} aria-hidden />
                        ) : (
                          <IconCopy size={16} aria-hidden />
                        )
                      }
                      onClick={copy}
                    >
                      {t(copied ? 'setup.copied' : 'setup.copy')}
                    </Button>
                  )}
                </CopyButton>
                <Box w="100%" mah={360} style={{ overflow: 'auto' }} tabIndex={0}>
                  <Code block>{json}</Code>
                </Box>
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  )
}
