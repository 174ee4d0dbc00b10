import { Button, Group, Input, Select, Stack, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { BaseModel } from '../../shared/model.ts'
import type { PreviewRequest, ReadToken } from '../../shared/promptPreview.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { previewQuery } from '../queries.ts'
import type { StepProps } from './stepProps.ts'
import { isTemplateValid, templateOf } from './wizardState.ts'

/** The text around question and answer, to be changed, with one row exactly as the model is shown it. */
export function TemplateEditor({
  draft,
  dispatch,
  baseModels,
}: StepProps & { baseModels: readonly BaseModel[] }) {
  const { t } = useTranslation()
  const chosen = baseModels.filter((model) => draft.baseModelIds.includes(model.id))
  const [selectedId, select] = useState<string | null>(null)
  const model = chosen.find(({ id }) => id === selectedId) ?? chosen[0]
  if (!model) return null
  const own = model.promptTemplate
  const template = draft.promptTemplates[model.id] ?? own
  const isValid = isTemplateValid(template)
  const { datasetId, question, answer, inputTemplate } = draft
  return (
    <Input.Wrapper
      label={t('template.title')}
      description={t('template.hint')}
      labelElement="div"
      aria-label={t('template.title')}
      role="region"
    >
      <Stack gap="xs" mt="xs">
        {chosen.length > 1 && (
          <Select
            maw={520}
            aria-label={t('leaderboard.baseModel')}
            data={chosen.map(({ id, displayName }) => ({ value: id, label: displayName }))}
            value={model.id}
            allowDeselect={false}
            onChange={select}
          />
        )}
        <Textarea
          aria-label={t('template.label', { name: model.displayName })}
          autosize
          minRows={3}
          maxRows={12}
          ff="monospace"
          value={template.prompt}
          error={isValid ? null : t('wizard.problem.templateInvalid')}
          onChange={(event) =>
            dispatch({
              type: 'templateTyped',
              baseModelId: model.id,
              template: { ...template, prompt: event.currentTarget.value },
            })
          }
        />
        {template.prompt !== own.prompt && (
          <Group>
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() =>
                dispatch({ type: 'templateTyped', baseModelId: model.id, template: null })
              }
            >
              {t('template.reset')}
            </Button>
          </Group>
        )}
        {isValid &&
          model.cloud === null &&
          datasetId !== null &&
          question !== null &&
          answer !== null && (
            <Preview
              request={{
                baseModelId: model.id,
                promptTemplate: templateOf(draft, model) ?? own,
                datasetId,
                columns: {
                  question,
                  answer,
                  ...(inputTemplate === undefined ? {} : { inputTemplate }),
                },
              }}
            />
          )}
      </Stack>
    </Input.Wrapper>
  )
}

const typingMs = 300

function Preview({ request }: { request: Omit<PreviewRequest, 'row'> }) {
  const { t } = useTranslation()
  const [row, setRow] = useState(0)
  const [settled] = useDebouncedValue(JSON.stringify(request), typingMs)
  const asked = JSON.parse(settled) as Omit<PreviewRequest, 'row'> // what was written just above
  const { data, error } = useQuery(previewQuery({ ...asked, row }))
  if (error) return <ErrorNotice error={error} />
  if (!data) return <Text size="sm">{t('template.loading')}</Text>
  return (
    <Stack gap={6}>
      <div className="tokens" tabIndex={0} role="group" aria-label={t('template.preview')}>
        <Tokens tokens={data.prompt} kind="read" />
        <Tokens tokens={data.answer} kind="learned" />
      </div>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {t('template.count', { read: data.prompt.length, learned: data.answer.length + 1 })}
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={() => setRow(row + 1)}>
          {t('template.nextRow')}
        </Button>
      </Group>
    </Stack>
  )
}

function Tokens({ tokens, kind }: { tokens: readonly ReadToken[]; kind: 'read' | 'learned' }) {
  return tokens.map(({ id, text }, index) => (
    <span key={index} className={`token ${kind}`} title={String(id)}>
      {text}
    </span>
  ))
}
