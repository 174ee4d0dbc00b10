import {
  Button,
  Group,
  Menu,
  NumberInput,
  Pill,
  Popover,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { IconFilterPlus } from '@tabler/icons-react'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { RowFilter } from '../../shared/workbench/view.ts'
import { languageName } from './languageName.ts'

interface FilterBarProps {
  readonly columns: readonly string[]
  readonly filters: readonly RowFilter[]
  readonly onChange: (filters: readonly RowFilter[]) => void
}

/** The filters that hold, each to be taken away again. */
export function FilterPills({ columns, filters, onChange }: FilterBarProps) {
  const { t, i18n } = useTranslation('workbench')
  if (filters.length === 0) return null
  return (
    <Group gap="xs" className="workbench-bar" role="group" aria-label={t('filter.active')}>
      {filters.map((filter, index) => (
        <Pill
          key={index}
          withRemoveButton
          removeButtonProps={{
            'aria-label': t('filter.remove'),
            'aria-hidden': false,
            tabIndex: 0,
          }}
          onRemove={() => onChange(filters.filter((_, at) => at !== index))}
        >
          {t(
            `filter.says.${filter.kind}`,
            valuesOf(filter, columns, i18n.language, t('find.allColumns')),
          )}
        </Pill>
      ))}
      <Button size="compact-xs" variant="subtle" onClick={() => onChange([])}>
        {t('filter.clear')}
      </Button>
    </Group>
  )
}

function valuesOf(
  filter: RowFilter,
  columns: readonly string[],
  language: string,
  anyColumn: string,
): Record<string, string | number> {
  const column =
    'column' in filter ? (filter.column === null ? anyColumn : (columns[filter.column] ?? '')) : ''
  switch (filter.kind) {
    case 'contains':
    case 'lacks':
      return { column, text: filter.text }
    case 'length':
      return { column, from: filter.from, to: filter.to ?? '∞' }
    case 'language':
      return { column, language: languageName(filter.code, language) }
    case 'rows':
      return { count: filter.rows.length }
    case 'excluded':
      return { context: String(filter.isExcluded) }
    default:
      return { column }
  }
}

type FilterKind = 'contains' | 'lacks' | 'empty' | 'length' | 'language'
const kinds: readonly FilterKind[] = ['contains', 'lacks', 'empty', 'length', 'language']
const languages = ['en', 'zh', 'de', 'fr', 'es', 'ja', 'ko', 'ru', 'pt', 'it', 'und']

export function AddFilter({ columns, filters, onChange }: FilterBarProps) {
  const { t, i18n } = useTranslation('workbench')
  const [kind, setKind] = useState<FilterKind | null>(null)
  const [column, setColumn] = useState<string | null>(null)
  const [text, setText] = useState('')
  const [range, setRange] = useState({ from: 0, to: 100 })
  const [code, setCode] = useState('en')
  const needsColumn = kind === 'length' || kind === 'language'

  function add(filter: RowFilter): void {
    onChange([...filters, filter])
    setKind(null)
    setText('')
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    const chosen = column === null ? (needsColumn ? 0 : null) : Number(column)
    if (kind === 'contains' || kind === 'lacks') {
      if (text !== '') add({ kind, column: chosen, text })
    } else if (kind === 'empty') add({ kind, column: chosen })
    else if (kind === 'length') add({ kind, column: chosen ?? 0, ...range })
    else if (kind === 'language') add({ kind, column: chosen ?? 0, code })
  }

  return (
    <Popover
      opened={kind !== null}
      onChange={() => setKind(null)}
      position="bottom-start"
      withArrow
      trapFocus
    >
      <Menu position="bottom-start">
        <Popover.Target>
          <Menu.Target>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconFilterPlus size={16} aria-hidden />}
            >
              {t('filter.add')}
            </Button>
          </Menu.Target>
        </Popover.Target>
        <Menu.Dropdown>
          {kinds.map((each) => (
            <Menu.Item key={each} onClick={() => setKind(each)}>
              {t(`filter.kind.${each}`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => add({ kind: 'excluded', isExcluded: true })}>
            {t('filter.kind.excluded')}
          </Menu.Item>
          <Menu.Item onClick={() => add({ kind: 'excluded', isExcluded: false })}>
            {t('filter.kind.included')}
          </Menu.Item>
          <Menu.Item onClick={() => add({ kind: 'edited' })}>{t('filter.kind.edited')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <Stack gap="xs" w={260}>
            <Select
              size="xs"
              label={t('find.column')}
              placeholder={needsColumn ? columns[0] : t('find.allColumns')}
              clearable={!needsColumn}
              data={columns.map((name, index) => ({ value: String(index), label: name }))}
              value={column}
              comboboxProps={{ withinPortal: false }}
              onChange={setColumn}
            />
            {(kind === 'contains' || kind === 'lacks') && (
              <TextInput
                size="xs"
                data-autofocus
                label={t('filter.text')}
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
              />
            )}
            {kind === 'length' && (
              <Group grow>
                <NumberInput
                  size="xs"
                  label={t('filter.from')}
                  min={0}
                  value={range.from}
                  onChange={(value) => setRange({ ...range, from: Number(value) || 0 })}
                />
                <NumberInput
                  size="xs"
                  label={t('filter.to')}
                  min={0}
                  value={range.to}
                  onChange={(value) => setRange({ ...range, to: Number(value) || 0 })}
                />
              </Group>
            )}
            {kind === 'language' && (
              <Select
                size="xs"
                label={t('filter.language')}
                data={languages.map((each) => ({
                  value: each,
                  label: languageName(each, i18n.language),
                }))}
                value={code}
                allowDeselect={false}
                comboboxProps={{ withinPortal: false }}
                onChange={(value) => setCode(value ?? 'en')}
              />
            )}
            <Button type="submit" size="xs">
              {t('filter.apply')}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
