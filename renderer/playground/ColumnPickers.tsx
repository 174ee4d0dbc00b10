import { ActionIcon, Button, Group, Select, SimpleGrid, Stack } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import {
  mostColumns,
  speakerKey,
  type NamedSpeaker,
  type Speaker,
} from '../../shared/playground.ts'
import { answerColumns } from './answerColumns.ts'

interface ColumnPickersProps {
  readonly known: readonly NamedSpeaker[]
  readonly speakers: readonly Speaker[]
  readonly onChange: (speakers: readonly Speaker[]) => void
  readonly isLocked: boolean
}

/** Who answers: one choice for each column. */
export function ColumnPickers({ known, speakers, onChange, isLocked }: ColumnPickersProps) {
  const { t } = useTranslation('ship')
  const groups = (['candidate', 'base', 'endpoint'] as const)
    .map((kind) => ({
      group: t(`playground.kind.${kind}`),
      items: known
        .filter(({ speaker }) => (speaker.kind === 'baseOf' ? 'base' : speaker.kind) === kind)
        .map(({ speaker, title }) => ({ value: speakerKey(speaker), label: title })),
    }))
    .filter(({ items }) => items.length > 0)
  const byKey = new Map(known.map(({ speaker }) => [speakerKey(speaker), speaker]))
  const isFree = ({ speaker }: NamedSpeaker) =>
    !speakers.some((one) => speakerKey(one) === speakerKey(speaker))
  const next = known.find(isFree) ?? known[0]
  return (
    <Stack gap="xs" align="flex-start">
      <SimpleGrid
        w="100%"
        maw={speakers.length === 1 ? 480 : undefined}
        {...answerColumns(speakers.length)}
      >
        {speakers.map((speaker, position) => (
          <Group key={position} gap={4} wrap="nowrap" align="flex-end">
            <Select
              flex={1}
              label={t('playground.column', { number: position + 1 })}
              data={groups}
              value={speakerKey(speaker)}
              allowDeselect={false}
              disabled={isLocked}
              searchable={known.length > 8}
              onChange={(key) => {
                const changed = byKey.get(key ?? '')
                if (changed) onChange(speakers.with(position, changed))
              }}
            />
            {speakers.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                disabled={isLocked}
                aria-label={t('playground.removeColumn', { number: position + 1 })}
                onClick={() => onChange(speakers.toSpliced(position, 1))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            )}
          </Group>
        ))}
      </SimpleGrid>
      {speakers.length < mostColumns && next && (
        <Button
          variant="subtle"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={isLocked}
          onClick={() => onChange([...speakers, next.speaker])}
        >
          {t('playground.addColumn')}
        </Button>
      )}
    </Stack>
  )
}
