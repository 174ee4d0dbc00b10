import { Stack, Text, Title } from '@mantine/core'
import { useId, type ReactNode } from 'react'

interface ReportSectionProps {
  readonly title: string
  readonly note?: string
  readonly children: ReactNode
}

/** A part of the report: what it is, in a sentence, then its numbers. */
export function ReportSection({ title, note, children }: ReportSectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <Title order={2} id={id} mb={4}>
        {title}
      </Title>
      {note !== undefined && (
        <Text size="sm" c="dimmed" mb="sm" maw={820}>
          {note}
        </Text>
      )}
      <Stack gap="md">{children}</Stack>
    </section>
  )
}
