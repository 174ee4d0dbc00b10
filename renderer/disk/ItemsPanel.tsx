import { Button, Paper, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { DiskItem, DiskItemKind } from '../../shared/diskLedger.ts'
import { formatBytes } from '../format.ts'
import { isPendingFor, type PanelProps } from './panelProps.ts'

const sections: readonly { readonly name: string; readonly kinds: readonly DiskItemKind[] }[] = [
  { name: 'models', kinds: ['model', 'candidate', 'checkpoint'] },
  { name: 'baseModels', kinds: ['baseModel'] },
  { name: 'datasets', kinds: ['dataset'] },
  { name: 'evaluation', kinds: ['scoringModel', 'evaluationSet'] },
]

export function ItemsPanel(props: PanelProps) {
  return sections.map(({ name, kinds }) => {
    const items = props.ledger.items.filter(({ kind }) => kinds.includes(kind))
    return items.length > 0 && <Section key={name} name={name} items={items} {...props} />
  })
}

function Section({
  name,
  items,
  ...props
}: PanelProps & { readonly name: string; readonly items: readonly DiskItem[] }) {
  const { t } = useTranslation()
  return (
    <section>
      <Title order={2} mb="sm">
        {t(`disk:share.${name}`)}
      </Title>
      <Paper withBorder radius="lg" p="xs">
        <Table.ScrollContainer minWidth={520} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing="xs" aria-label={t(`disk:share.${name}`)}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('disk:name')}</Table.Th>
                <Table.Th w={120} ta="right">
                  {t('disk:size')}
                </Table.Th>
                <Table.Th w={160} ta="right">
                  {t('disk:frees')}
                </Table.Th>
                <Table.Th w={190}>
                  <span className="visually-hidden">{t('disk:action')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((item) => (
                <Row key={`${item.kind}/${item.id}`} item={item} {...props} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Paper>
    </section>
  )
}

function Row({ item, onChange, pending }: PanelProps & { readonly item: DiskItem }) {
  const { t } = useTranslation()
  const isPart = item.kind === 'candidate' || item.kind === 'checkpoint'
  const isForReports = item.kind === 'scoringModel' || item.kind === 'evaluationSet'
  const label =
    item.kind === 'checkpoint'
      ? t('disk:checkpointOf', { name: item.name })
      : isForReports
        ? t('disk:binEntry', { kind: t(`disk:kind.${item.kind}`), name: item.name })
        : item.detail === null
          ? item.name
          : t('disk:candidateOf', { version: item.detail, name: item.name })
  return (
    <Table.Tr>
      <Table.Td pl={isPart ? 'xl' : undefined} fw={item.kind === 'model' ? 600 : undefined}>
        {label}
      </Table.Td>
      <Table.Td ta="right">{formatBytes(item.sizeBytes)}</Table.Td>
      <Table.Td ta="right">{item.held === null ? formatBytes(item.freesBytes) : '–'}</Table.Td>
      <Table.Td ta="right">
        {item.held === null ? (
          <Button
            size="compact-sm"
            variant="default"
            disabled={pending !== null}
            loading={isPendingFor(pending, item)}
            onClick={() => onChange({ type: 'delete', item: { kind: item.kind, id: item.id } })}
            aria-label={t('disk:deleteLabel', { name: label })}
          >
            {t('disk:delete')}
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            {t(`disk:held.${item.held}`)}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
