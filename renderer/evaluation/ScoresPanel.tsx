import { Paper, Stack, Table, Text, Title } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { EvaluatedRow } from '../../shared/evaluation.ts'
import { compareMetrics, countFlagged } from '../../shared/evaluationVerdict.ts'
import { Explained } from '../components/Explained.tsx'

const numbers = { fontVariantNumeric: 'tabular-nums' }

/** Every score of both models with its difference, and the word-list screen. */
export function ScoresPanel({ rows }: { rows: readonly EvaluatedRow[] }) {
  const { t } = useTranslation()
  const metrics = useMemo(() => compareMetrics(rows), [rows])
  const flagged = useMemo(() => countFlagged(rows), [rows])
  const say = (key: string) => t(`analysis:evaluation.${key}`)
  return (
    <Stack gap="xl">
      <section>
        <Title order={2}>{say('metrics')}</Title>
        <Text size="sm" c="dimmed" mb="sm">
          {say('metricsNote')}
        </Text>
        <Paper withBorder radius="lg" p="xs">
          <Table.ScrollContainer
            minWidth={560}
            scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
          >
            <Table aria-label={say('metrics')} style={numbers}>
              <Table.Thead>
                <Table.Tr>
                  {['score', 'tuned', 'base', 'difference', 'interval'].map((key) => (
                    <Table.Th key={key}>{say(key)}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {metrics.map(({ name, tuned, base, difference, low, high }) => (
                  <Table.Tr key={name}>
                    <Table.Td>
                      <Explained word={say(`name.${name}`)} meaning={say(`meaning.${name}`)} />
                    </Table.Td>
                    <Table.Td fw={600}>{tuned.toFixed(3)}</Table.Td>
                    <Table.Td>{base.toFixed(3)}</Table.Td>
                    <Table.Td>{signed(difference)}</Table.Td>
                    <Table.Td>{`${signed(low)} … ${signed(high)}`}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Paper>
      </section>
      <section>
        <Title order={2}>{say('screen')}</Title>
        <Text size="sm" c="dimmed" mb="sm">
          {say('screenNote')}
        </Text>
        <Paper withBorder radius="lg" p="xs">
          <Table aria-label={say('screen')} style={numbers}>
            <Table.Thead>
              <Table.Tr>
                {['category', 'tuned', 'base'].map((key) => (
                  <Table.Th key={key}>{say(key)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {flagged.map(({ category, tuned, base }) => (
                <Table.Tr key={category}>
                  <Table.Td>{say(`categories.${category}`)}</Table.Td>
                  <Table.Td fw={600}>{tuned === 0 ? say('none') : tuned}</Table.Td>
                  <Table.Td>{base === 0 ? say('none') : base}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      </section>
    </Stack>
  )
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
}
