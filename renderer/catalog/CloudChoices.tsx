import { Checkbox, Input, Paper, Select, SimpleGrid, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { asReckoned, formatMoney } from '../../shared/cost.ts'
import type { BaseModel } from '../../shared/model.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'
import type { StartPrices } from '../../shared/startCost.ts'

interface CloudChoicesProps {
  readonly choices: Readonly<Record<string, CloudChoice>>
  readonly onChoose: (baseModelId: string, choice: CloudChoice) => void
  readonly baseModels: readonly BaseModel[]
  readonly prices: StartPrices
}

/** The machine of each base model that is trained on one of the account's choosing. */
export function CloudChoices({ choices, onChoose, baseModels, prices }: CloudChoicesProps) {
  const { t, i18n } = useTranslation('catalog')
  const choosable = baseModels.filter(
    ({ cloud }) => cloud && (cloud.instanceTypes.length > 0 || cloud.canUseSpot),
  )
  if (choosable.length === 0) return null
  return (
    <Input.Wrapper
      label={t('machine.title')}
      description={t('machine.hint')}
      labelElement="div"
      role="group"
      aria-label={t('machine.title')}
    >
      <Stack gap="sm" mt="xs">
        {choosable.map((model) => {
          const choice = choices[model.id] ?? { spot: false }
          const set = (change: Partial<typeof choice>) =>
            onChoose(model.id, { ...choice, ...change })
          return (
            <Paper key={model.id} withBorder radius="md" p="md">
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <Select
                  label={t('machine.type', { name: model.displayName })}
                  data={(model.cloud?.instanceTypes ?? []).map((type) => ({
                    value: type,
                    label:
                      prices.hourly[type] === undefined
                        ? type
                        : t('machine.priced', {
                            type,
                            price: asReckoned(
                              formatMoney(prices.hourly[type], prices.currency, i18n.language),
                              prices.from === 'table',
                            ),
                          }),
                  }))}
                  value={choice.instanceType ?? model.cloud?.instanceTypes[0] ?? null}
                  allowDeselect={false}
                  onChange={(instanceType) => set(instanceType === null ? {} : { instanceType })}
                />
                {model.cloud?.canUseSpot && (
                  <Checkbox
                    mt={{ base: 0, sm: 26 }}
                    checked={choice.spot}
                    label={t('machine.spot')}
                    description={t('machine.spotHint')}
                    onChange={(event) => set({ spot: event.currentTarget.checked })}
                  />
                )}
              </SimpleGrid>
            </Paper>
          )
        })}
        <Text size="sm" c="dimmed">
          {t('machine.quota')}
        </Text>
      </Stack>
    </Input.Wrapper>
  )
}
