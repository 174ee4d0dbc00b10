import { Center, Group, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

interface EmptyStateProps {
  readonly icon: ReactNode
  readonly title: string
  readonly text: string
  readonly actions?: ReactNode
}

/** Says what will be here, and how it gets here. */
export function EmptyState({ icon, title, text, actions }: EmptyStateProps) {
  return (
    <Paper withBorder p="xl" radius="lg" bg="var(--surface)">
      <Center mih={260}>
        <Stack align="center" gap="sm" maw={520}>
          {icon}
          <Title order={2}>{title}</Title>
          <Text c="dimmed" ta="center">
            {text}
          </Text>
          {actions !== undefined && (
            <Group justify="center" mt="sm">
              {actions}
            </Group>
          )}
        </Stack>
      </Center>
    </Paper>
  )
}
