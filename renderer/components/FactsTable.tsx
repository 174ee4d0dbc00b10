import { Paper, Table } from '@mantine/core'

/** Names and what they stand for, to be read before something is started. */
export function FactsTable({
  facts,
  nameWidth,
}: {
  facts: readonly (readonly [string, string])[]
  nameWidth: number
}) {
  return (
    <Paper withBorder radius="lg" p="xs">
      <Table variant="vertical" layout="fixed">
        <Table.Tbody>
          {facts.map(([name, value], index) => (
            <Table.Tr key={index}>
              <Table.Th w={nameWidth} fw={500}>
                {name}
              </Table.Th>
              <Table.Td className="invisible">{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}
