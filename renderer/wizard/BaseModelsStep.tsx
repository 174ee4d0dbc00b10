import { Button, Checkbox, Drawer, Group, Paper, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isMostlyChinese } from '../../shared/chineseText.ts'
import type { BaseModel } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { formatCompact } from '../format.ts'
import { baseModelsQuery } from '../queries.ts'
import { useFirstRows } from '../workbench/useFirstRows.ts'
import { AddBaseModel } from './AddBaseModel.tsx'
import type { StepProps } from './stepProps.ts'

export function BaseModelsStep({
  draft,
  dispatch,
  baseModels,
}: StepProps & { baseModels: readonly BaseModel[] }) {
  const { t, i18n } = useTranslation()
  const isChinese = isMostlyChinese(useFirstRows(draft.datasetId).flatMap(({ cells }) => cells))
  const readsNoChinese = ({ languages }: BaseModel) =>
    isChinese && languages.length > 0 && !languages.includes('zh')
  const [shown, setShown] = useState<BaseModel | null>(null)
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (id: string) => invoke('baseModel.delete', { id }),
    onSuccess: (_, id) => {
      setShown(null)
      dispatch({
        type: 'baseModelsChosen',
        ids: draft.baseModelIds.filter((known) => known !== id),
      })
      return client.invalidateQueries({ queryKey: baseModelsQuery.queryKey })
    },
    onError: showError,
  })
  return (
    <Stack>
      <Text c="dimmed">{t('wizard.baseModelsHint')}</Text>
      <Checkbox.Group
        aria-label={t('wizard.step.baseModels')}
        value={[...draft.baseModelIds]}
        onChange={(ids) => dispatch({ type: 'baseModelsChosen', ids })}
      >
        <Stack>
          {baseModels.map((model) => (
            <Paper key={model.id} withBorder radius="lg" p="md">
              <Group justify="space-between" wrap="nowrap" align="flex-start">
                <Checkbox
                  value={model.id}
                  label={model.displayName}
                  description={t(`bundledModel.${model.id}`, { defaultValue: model.description })}
                  styles={{ label: { fontWeight: 600 } }}
                />
                <Button
                  size="compact-sm"
                  variant="subtle"
                  onClick={() => setShown(model)}
                  aria-label={t('wizard.cardLabel', { name: model.displayName })}
                  style={{ flexShrink: 0 }}
                >
                  {t('wizard.card')}
                </Button>
              </Group>
              <Text size="sm" c="dimmed" mt="xs" ml={32}>
                {[
                  model.parameterCount === null
                    ? ''
                    : t('wizard.parameters', {
                        count: model.parameterCount,
                        shown: formatCompact(model.parameterCount, i18n.language),
                      }),
                  model.languages.map((code) => t(`language.${code}`)).join(', '),
                  model.license,
                ]
                  .filter((fact) => fact !== '')
                  .join(' · ')}
              </Text>
              {readsNoChinese(model) && (
                <Text size="sm" c="var(--mantine-color-orange-light-color)" mt={4} ml={32}>
                  {t('wizard.readsNoChinese')}
                </Text>
              )}
            </Paper>
          ))}
        </Stack>
      </Checkbox.Group>
      <AddBaseModel
        onAdded={(id) => dispatch({ type: 'baseModelsChosen', ids: [...draft.baseModelIds, id] })}
      />
      <Drawer
        opened={shown !== null}
        onClose={() => setShown(null)}
        position="right"
        size="lg"
        title={shown?.displayName}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        {shown?.isImported && (
          <Button
            color="red"
            variant="light"
            mb="md"
            loading={remove.isPending}
            onClick={() => remove.mutate(shown.id)}
          >
            {t('wizard.removeBaseModel')}
          </Button>
        )}
        <Text className="invisible" size="sm">
          {shown?.card === '' ? t('wizard.noCard') : shown?.card}
        </Text>
      </Drawer>
    </Stack>
  )
}
