import { Select, Stack, Table, Text, TextInput, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { HyperparameterField } from '../../shared/model.ts'
import type { MovedSetting } from '../../shared/moveSettings.ts'
import { isValidSetting } from '../../shared/hyperparameters.ts'
import { isRateHigh } from '../../shared/movePlan.ts'
import type { MovePlan } from '../../shared/movePlan.ts'

interface SettingsTableProps {
  readonly plan: MovePlan
  readonly onType: (name: string, value: string) => void
}

/** Each setting here, what becomes of it there, and a sentence where nothing does. */
export function SettingsTable({ plan, onType }: SettingsTableProps) {
  const { t } = useTranslation('move')
  const { target, moved, settings } = plan
  const label = (name: string) => t(`app:hyperparameter.${name}.label`, { defaultValue: name })
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        {t('settings.title')}
      </Title>
      <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table aria-label={t('settings.title')} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={170}>{t('settings.setting')}</Table.Th>
              <Table.Th w={140}>{t('here')}</Table.Th>
              <Table.Th>{t('changes.there')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {moved.map((setting) => {
              const { from, to, meaning } = setting
              const field = target.hyperparameters.find(({ name }) => name === to?.name)
              return (
                <Table.Tr key={from.name} data-setting={from.name}>
                  <Table.Th scope="row" fw={500}>
                    {label(from.name)}
                  </Table.Th>
                  <Table.Td>
                    {t(`app:hyperparameter.${from.name}.option.${from.value}`, {
                      defaultValue: from.value,
                    })}
                  </Table.Td>
                  <Table.Td>
                    {field && to ? (
                      <MovedValue
                        setting={setting}
                        field={field}
                        value={settings[to.name] ?? to.value}
                        label={label(to.name)}
                        isHigh={
                          meaning === 'learningRate' &&
                          isRateHigh(setting, target, settings[to.name] ?? to.value)
                        }
                        onType={(value) => onType(to.name, value)}
                      />
                    ) : (
                      <Text size="sm">{t(`without.${meaning}`)}</Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  )
}

interface MovedValueProps {
  readonly setting: MovedSetting
  readonly field: HyperparameterField
  readonly value: string
  readonly label: string
  readonly isHigh: boolean
  readonly onType: (value: string) => void
}

function MovedValue({ setting, field, value, label, isHigh, onType }: MovedValueProps) {
  const { t } = useTranslation('move')
  const { from, to, isAdjusted } = setting
  const isTyped = value !== to?.value
  const notes = [
    from.name === field.name ? '' : t('settings.as', { name: field.name }),
    isAdjusted && !isTyped ? t('settings.adjusted', { value: from.value }) : '',
    isHigh ? t('settings.rateHigh', { value: field.default }) : '',
  ].filter((note) => note !== '')
  return (
    <Stack gap={2}>
      {field.options ? (
        <Select
          size="xs"
          maw={220}
          aria-label={label}
          data={field.options}
          value={value}
          allowDeselect={false}
          onChange={(next) => next !== null && onType(next)}
        />
      ) : (
        <TextInput
          size="xs"
          maw={220}
          aria-label={label}
          value={value}
          error={isValidSetting(field, value) ? null : t('app:wizard.outOfRange')}
          onChange={(event) => onType(event.currentTarget.value)}
        />
      )}
      {notes.length > 0 && (
        <Text size="xs" c="dimmed">
          {notes.join(' ')}
        </Text>
      )}
    </Stack>
  )
}
