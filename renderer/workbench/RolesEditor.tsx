/** Which columns ask and answer, and how columns of context join the question; with rows as the model is asked them. */
import {
  Button,
  Group,
  MultiSelect,
  Paper,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
} from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { columnsOf, fillInput, inputTemplateOf } from '../../shared/inputTemplate.ts'
import { useFirstRows } from './useFirstRows.ts'
import { pageRows } from './workbenchQueries.ts'

export interface EditedRoles {
  readonly question: string | null
  readonly answer: string | null
  readonly inputTemplate: string | undefined
}

interface RolesEditorProps {
  readonly datasetId: string
  readonly columns: readonly string[]
  readonly roles: EditedRoles
  readonly onChange: (roles: EditedRoles) => void
}

export function RolesEditor({ datasetId, columns, roles, onChange }: RolesEditorProps) {
  const { t } = useTranslation('workbench')
  const { question, answer, inputTemplate } = roles
  const context = inputTemplate
    ? columnsOf(inputTemplate, columns).filter((column) => column !== question)
    : []
  const others = columns.filter((column) => column !== question && column !== answer)

  function chooseQuestion(column: string | null): void {
    // The template names the question's column.
    const template =
      inputTemplate && question !== null && column !== null
        ? inputTemplate.replaceAll(`{${question}}`, () => `{${column}}`)
        : undefined
    onChange({ ...roles, question: column, inputTemplate: template })
  }

  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Select
          label={t('roles.question')}
          data={[...columns]}
          value={question}
          allowDeselect={false}
          onChange={chooseQuestion}
        />
        <Select
          label={t('roles.answer')}
          data={[...columns]}
          value={answer}
          allowDeselect={false}
          onChange={(column) => onChange({ ...roles, answer: column })}
        />
      </SimpleGrid>
      {others.length > 0 && question !== null && (
        <MultiSelect
          label={t('roles.context')}
          description={t('roles.contextHint')}
          data={others}
          value={context}
          onChange={(chosen) =>
            onChange({ ...roles, inputTemplate: inputTemplateOf(question, chosen) })
          }
        />
      )}
      {inputTemplate !== undefined && (
        <Textarea
          label={t('roles.template')}
          description={t('roles.templateHint')}
          autosize
          minRows={3}
          maxRows={10}
          ff="monospace"
          value={inputTemplate}
          error={
            question !== null && !inputTemplate.includes(`{${question}}`)
              ? t('roles.templateLacksQuestion', { column: question })
              : null
          }
          onChange={(event) => onChange({ ...roles, inputTemplate: event.currentTarget.value })}
        />
      )}
      {question !== null && answer !== null && (
        <Preview datasetId={datasetId} columns={columns} roles={roles} />
      )}
    </Stack>
  )
}

function Preview({
  datasetId,
  columns,
  roles,
}: Pick<RolesEditorProps, 'datasetId' | 'columns' | 'roles'>) {
  const { t } = useTranslation('workbench')
  const [place, setPlace] = useState(0)
  const rows = useFirstRows(datasetId)
  const row = rows[place % Math.max(rows.length, 1)]
  if (!row) return null
  const cellOf = (column: string) => {
    const index = columns.indexOf(column)
    return index < 0 ? undefined : (row.cells[index] ?? '')
  }
  const { question, answer, inputTemplate } = roles
  const asked = inputTemplate ? fillInput(inputTemplate, cellOf) : (cellOf(question ?? '') ?? '')
  return (
    <Paper
      bg="var(--surface)"
      radius="md"
      p="sm"
      component="section"
      aria-label={t('roles.preview')}
    >
      <Group justify="space-between" mb={4}>
        <Text size="xs" c="dimmed" fw={600}>
          {t('roles.previewOf', { row: row.row })}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => setPlace((place + 1) % Math.min(rows.length, pageRows))}
        >
          {t('roles.nextRow')}
        </Button>
      </Group>
      <Text size="sm" className="invisible" fw={550}>
        {asked}
      </Text>
      <Text size="sm" className="invisible" mt={6}>
        {cellOf(answer ?? '')}
      </Text>
    </Paper>
  )
}
