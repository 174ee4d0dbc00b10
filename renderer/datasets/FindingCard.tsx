import { Button, Card, Collapse, Group, Stack, Table, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import type { Finding, Severity } from '../../shared/dataset.ts'
import { Tag, type Tone } from '../components/Tag.tsx'

interface FindingCardProps {
  readonly finding: Finding
  readonly isFixing: boolean
  readonly onFix: () => void
  /** Numbers of the rows that the examples are in. */
  readonly onShowRows: (rows: readonly number[]) => void
}

const tones: Record<Severity, Tone> = { error: 'bad', warning: 'attention', info: 'neutral' }
const shownLines = 8

export function FindingCard({ finding, isFixing, onFix, onShowRows }: FindingCardProps) {
  const { t } = useTranslation()
  const [open, { toggle }] = useDisclosure(false)
  const title = t(`findings:${finding.code}.title`, { count: finding.count })
  const lines = [...new Set(finding.examples.map((example) => example.line))]
  const rows = finding.examples.flatMap(({ row }) => row ?? [])
  const isLeakage = finding.code === 'split-leakage'
  const showsChange = finding.fixable && !isLeakage
  // Of a split nothing is changed in a row: what stands on both sides is shown.
  const [first, second] = isLeakage
    ? (['workbench:split.validation', 'workbench:split.training'] as const)
    : showsChange
      ? (['dataset.before', 'dataset.after'] as const)
      : (['intake:text', null] as const)
  const isUndecodable = finding.code === 'invalid-utf8' && !finding.fixable
  return (
    <Card withBorder padding="md" radius="lg" component="section" aria-label={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap={4} miw={0}>
          <Group gap="xs">
            <Title order={3}>{title}</Title>
            <Tag tone={tones[finding.severity]}>{t(`severity.${finding.severity}`)}</Tag>
          </Group>
          <Text size="sm" c="dimmed">
            {t(`findings:${finding.code}.${isUndecodable ? 'unfixable' : 'meaning'}`)}
          </Text>
          {lines.length > 0 && (
            <Text size="sm">
              {t('dataset.lines', {
                count: lines.length,
                lines:
                  lines.slice(0, shownLines).join(', ') + (lines.length > shownLines ? ' …' : ''),
              })}
            </Text>
          )}
          <Group gap="md">
            {lines.length > 0 && (
              <Button
                variant="subtle"
                size="compact-sm"
                px={0}
                onClick={toggle}
                aria-expanded={open}
              >
                {t(`intake:${open ? 'hide' : 'show'}${showsChange ? 'Change' : 'Places'}`)}
              </Button>
            )}
            {rows.length > 0 && (
              <Button variant="subtle" size="compact-sm" px={0} onClick={() => onShowRows(rows)}>
                {t('workbench:profile.showRows')}
              </Button>
            )}
          </Group>
        </Stack>
        {finding.fixable && (
          <Button variant="light" onClick={onFix} loading={isFixing} style={{ flexShrink: 0 }}>
            {t(`findings:${finding.code}.fix`)}
          </Button>
        )}
      </Group>
      <Collapse expanded={open}>
        <Table.ScrollContainer
          minWidth={480}
          mt="sm"
          scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
        >
          <Table verticalSpacing="xs" fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={70}>{t('dataset.line')}</Table.Th>
                <Table.Th>{t(first)}</Table.Th>
                {second && <Table.Th>{t(second)}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {finding.examples.map((example, index) => (
                <Table.Tr key={index}>
                  <Table.Td>{example.line}</Table.Td>
                  <Table.Td className="invisible">{example.before}</Table.Td>
                  {second && (
                    <Table.Td className="invisible">
                      {example.after ?? (
                        <Text size="sm" c="dimmed" fs="italic">
                          {t('dataset.removed')}
                        </Text>
                      )}
                    </Table.Td>
                  )}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Collapse>
    </Card>
  )
}
