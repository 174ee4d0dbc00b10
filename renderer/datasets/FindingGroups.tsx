import { Button, Collapse, Group, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import { isDeliberate, redactions, type Finding, type FindingCode } from '../../shared/dataset.ts'
import { FindingCard } from './FindingCard.tsx'

interface FindingGroupsProps {
  readonly findings: readonly Finding[]
  readonly advice: readonly Finding[]
  readonly isFixing: boolean
  readonly onFix: (codes: FindingCode[]) => void
  readonly onShowRows: (rows: readonly number[]) => void
}

/** What one click mends, what only the user can decide, and, folded away, what is good to know. */
export function FindingGroups({
  findings,
  advice,
  isFixing,
  onFix,
  onShowRows,
}: FindingGroupsProps) {
  const { t } = useTranslation()
  const [isAdviceShown, { toggle }] = useDisclosure(false)
  const redact = findings.filter(({ code, fixable }) => fixable && redactions.includes(code))
  const mend = findings.filter(({ code, fixable }) => fixable && !isDeliberate(code))
  const look = findings.filter((finding) => ![...redact, ...mend].includes(finding))
  const hasHeadings = [mend, redact, look].filter((group) => group.length > 0).length > 1
  const cards = (group: readonly Finding[]) =>
    group.map((finding) => (
      <FindingCard
        key={finding.code}
        finding={finding}
        isFixing={isFixing}
        onFix={() => onFix([finding.code])}
        onShowRows={onShowRows}
      />
    ))
  return (
    <Stack gap="sm">
      {hasHeadings && mend.length > 0 && <Heading text={t('intake:group.mend')} />}
      {cards(mend)}
      {redact.length > 0 && (
        <Group justify="space-between" align="flex-end" mt="xs">
          <Heading text={t('intake:group.redact')} hint={t('intake:groupHint.redact')} />
          {redact.length > 1 && (
            <Button
              variant="default"
              size="xs"
              loading={isFixing}
              onClick={() => onFix(redact.map(({ code }) => code))}
            >
              {t('intake:redactAll')}
            </Button>
          )}
        </Group>
      )}
      {cards(redact)}
      {look.length > 0 && (
        <Heading text={t('intake:group.look')} hint={t('intake:groupHint.look')} />
      )}
      {cards(look)}
      {advice.length > 0 && (
        <>
          <Group>
            <Button
              variant="subtle"
              size="compact-sm"
              aria-expanded={isAdviceShown}
              onClick={toggle}
            >
              {isAdviceShown
                ? t('intake:hideAdvice')
                : t('intake:showAdvice', { count: advice.length })}
            </Button>
          </Group>
          <Collapse expanded={isAdviceShown}>
            <Stack gap="sm">{cards(advice)}</Stack>
          </Collapse>
        </>
      )}
    </Stack>
  )
}

function Heading({ text, hint }: { text: string; hint?: string }) {
  return (
    <div>
      <Title order={3} size="h5">
        {text}
      </Title>
      {hint && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
    </div>
  )
}
