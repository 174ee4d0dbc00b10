import { Stack, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ModelVersion } from '../../shared/model.ts'
import { changesOf } from '../../shared/moveChanges.ts'
import type { MovePlan } from '../../shared/movePlan.ts'
import type { StartPrices } from '../../shared/startCost.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'

interface ChangesTableProps {
  readonly plan: MovePlan
  readonly version: ModelVersion
  readonly prices: StartPrices
  readonly machine: CloudChoice | undefined
  readonly acceptedAtMs: number | null
}

/** Here and there, side by side. */
export function ChangesTable({ plan, version, prices, machine, acceptedAtMs }: ChangesTableProps) {
  const { t, i18n } = useTranslation('move')
  const rows = changesOf(
    plan,
    { version, prices, machine, acceptedAtMs },
    (key, values = {}) => t(key, values),
    i18n.language,
  )
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        {t('changes.title')}
      </Title>
      <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={t('changes.title')} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={150}>{t('changes.what')}</Table.Th>
              <Table.Th>{t('here')}</Table.Th>
              <Table.Th>{t('changes.there')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ key, here, there }) => (
              <Table.Tr key={key} data-change={key}>
                <Table.Th scope="row" fw={500}>
                  {t(`changes.${key}`)}
                </Table.Th>
                <Table.Td>{here}</Table.Td>
                <Table.Td>{there}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed">
        {t('changes.note')}
      </Text>
    </Stack>
  )
}
