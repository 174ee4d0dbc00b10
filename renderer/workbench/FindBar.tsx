import { ActionIcon, Button, Checkbox, Group, Select, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RowEdit } from '../../shared/workbench/edits.ts'
import type { WorkbenchState } from '../../shared/workbench/view.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { formatCount } from '../format.ts'

interface FindBarProps {
  readonly state: WorkbenchState
  readonly isReplacing: boolean
  /** Where the search goes on from. */
  readonly place: number
  readonly onFound: (place: number) => void
  readonly onReplace: (edit: RowEdit) => Promise<unknown>
  readonly onClose: () => void
}

const typingMs = 250

/** Find, and with it replace: how many first, then one by one or all at once. */
export function FindBar({ state, isReplacing, place, onFound, onReplace, onClose }: FindBarProps) {
  const { t, i18n } = useTranslation('workbench')
  const { datasetId, revision } = state
  const [text, setText] = useState('')
  const [replacement, setReplacement] = useState('')
  const [column, setColumn] = useState<string | null>(null)
  const [matchCase, setMatchCase] = useState(false)
  const [wholeCell, setWholeCell] = useState(false)
  const [ordinal, setOrdinal] = useState<number | null>(null)
  const [wanted] = useDebouncedValue(text, typingMs)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [isReplacing])
  const inColumn = column === null ? null : Number(column)

  const found = useQuery({
    queryKey: ['workbench', datasetId, 'find', wanted, inColumn, matchCase, revision],
    queryFn: () =>
      invoke('workbench.find', { datasetId, text: wanted, column: inColumn, matchCase }),
    enabled: wanted !== '',
    retry: false,
  })
  const change = { find: wanted, replacement, column: inColumn, matchCase, wholeCell }
  const counted = useQuery({
    queryKey: [
      'workbench',
      datasetId,
      'replacements',
      wanted,
      inColumn,
      matchCase,
      wholeCell,
      revision,
    ],
    queryFn: () => invoke('workbench.countReplacements', { datasetId, replacement: change }),
    // One after the other: both look through all rows.
    enabled: isReplacing && wanted !== '' && found.isSuccess,
    retry: false,
  })

  async function step(forward: boolean): Promise<void> {
    try {
      const from = Math.max(0, forward ? place + (ordinal === null ? 0 : 1) : place - 1)
      const next = await invoke('workbench.findStep', { datasetId, from, forward })
      if (!next) return
      setOrdinal(next.ordinal)
      onFound(next.place)
    } catch (error) {
      showError(error)
    }
  }

  const count = found.data?.count ?? 0
  const status =
    wanted === ''
      ? ''
      : found.isFetching
        ? t('find.looking')
        : count === 0
          ? t('find.none')
          : ordinal === null
            ? t('find.count', { count, shown: formatCount(count, i18n.language) })
            : t('find.place', { ordinal, shown: formatCount(count, i18n.language) })
  return (
    <div
      className="workbench-bar"
      role="search"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <Group gap="xs" wrap="wrap">
        <TextInput
          ref={field}
          size="xs"
          w={230}
          aria-label={t('find.text')}
          placeholder={t('find.text')}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setOrdinal(null)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
            event.preventDefault()
            void step(!event.shiftKey)
          }}
        />
        <ActionIcon
          variant="default"
          aria-label={t('find.previous')}
          disabled={count === 0}
          onClick={() => void step(false)}
        >
          <IconArrowUp size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          aria-label={t('find.next')}
          disabled={count === 0}
          onClick={() => void step(true)}
        >
          <IconArrowDown size={16} aria-hidden />
        </ActionIcon>
        <Select
          size="xs"
          w={150}
          clearable
          aria-label={t('find.column')}
          placeholder={t('find.allColumns')}
          data={state.columns.map((name, index) => ({ value: String(index), label: name }))}
          value={column}
          onChange={setColumn}
        />
        <Checkbox
          size="xs"
          label={t('find.matchCase')}
          checked={matchCase}
          onChange={(event) => setMatchCase(event.currentTarget.checked)}
        />
        <Text size="sm" c="dimmed" role="status" miw={90}>
          {status}
        </Text>
        <ActionIcon
          variant="subtle"
          color="gray"
          ml="auto"
          aria-label={t('find.close')}
          onClick={onClose}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Group>
      {isReplacing && (
        <Group gap="xs" mt="xs">
          <TextInput
            size="xs"
            w={230}
            aria-label={t('replace.text')}
            placeholder={t('replace.text')}
            value={replacement}
            onChange={(event) => setReplacement(event.currentTarget.value)}
          />
          <Checkbox
            size="xs"
            label={t('replace.wholeCell')}
            checked={wholeCell}
            onChange={(event) => setWholeCell(event.currentTarget.checked)}
          />
          <Button
            size="compact-sm"
            disabled={!counted.data || counted.data.places === 0}
            onClick={() => void onReplace({ kind: 'replace', ...change })}
          >
            {t('replace.all', {
              count: counted.data?.places ?? 0,
              shown: formatCount(counted.data?.places ?? 0, i18n.language),
            })}
          </Button>
          {counted.data && counted.data.places > 0 && (
            <Text size="sm" c="dimmed">
              {t('replace.rows', {
                count: counted.data.rows,
                shown: formatCount(counted.data.rows, i18n.language),
              })}
            </Text>
          )}
        </Group>
      )}
    </div>
  )
}
