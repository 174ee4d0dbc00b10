import { Button, Group, Select, SimpleGrid, Stack, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Currency } from '../../shared/cost.ts'
import type { BaseModel } from '../../shared/model.ts'
import { trainingWaySchema, type TrainingWay } from '../../shared/trainingWay.ts'
import { noFilter, sizes, valuesOf, type CatalogFilter, type Size } from './catalogFilter.ts'

interface CatalogFiltersProps {
  readonly filter: CatalogFilter
  readonly models: readonly BaseModel[]
  /** Null: no price is known. */
  readonly currency: Currency | null
  readonly onChange: (filter: CatalogFilter) => void
}

const mostHourly: Readonly<Record<Currency, readonly number[]>> = {
  USD: [2, 5, 10, 25],
  CNY: [15, 40, 80, 200],
}

export function CatalogFilters({ filter, models, currency, onChange }: CatalogFiltersProps) {
  const { t, i18n } = useTranslation('catalog')
  const hasPrices = currency !== null
  const set = (change: Partial<CatalogFilter>) => onChange({ ...filter, ...change })
  const ways = trainingWaySchema.options.filter((way) => models.some((model) => model.way === way))
  const choose = <V extends string>(
    label: string,
    value: V | null,
    data: readonly { readonly value: V; readonly label: string }[],
    onChoose: (value: V | null) => void,
  ) => (
    <Select
      label={label}
      placeholder={t('filter.any')}
      size="sm"
      clearable
      clearButtonProps={{ 'aria-label': t('filter.clear', { name: label }) }}
      data={[...data]}
      value={value}
      onChange={(chosen) => onChoose(chosen as V | null)}
    />
  )
  const plain = (values: readonly string[]) => values.map((value) => ({ value, label: value }))
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <TextInput
          flex="1 1 14rem"
          label={t('filter.search')}
          placeholder={t('filter.searchPlaceholder')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={filter.text}
          onChange={(event) => set({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            // Enter goes to the next step; here it only ends typing.
            if (event.key === 'Enter') event.preventDefault()
          }}
        />
        <Select
          w={190}
          label={t('filter.order')}
          allowDeselect={false}
          data={(['name', 'size', 'price'] as const)
            .filter((order) => hasPrices || order !== 'price')
            .map((order) => ({ value: order, label: t(`filter.orders.${order}`) }))}
          value={filter.order}
          onChange={(order) => set({ order: (order ?? 'name') as CatalogFilter['order'] })}
        />
        {filter !== noFilter && (
          <Button variant="subtle" onClick={() => onChange(noFilter)}>
            {t('filter.reset')}
          </Button>
        )}
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 3, md: hasPrices ? 6 : 5 }} spacing="sm">
        {choose<TrainingWay>(
          t('filter.way'),
          filter.way,
          ways.map((way) => ({ value: way, label: t(`way.${way}.name`) })),
          (way) => set({ way }),
        )}
        {choose(
          t('filter.provider'),
          filter.provider,
          plain(valuesOf(models, ({ provider }) => provider)),
          (provider) => set({ provider }),
        )}
        {choose<Size>(
          t('filter.size'),
          filter.size,
          sizes.map((size) => ({ value: size, label: t(`filter.sizes.${size}`) })),
          (size) => set({ size }),
        )}
        {choose(
          t('filter.license'),
          filter.license,
          plain(valuesOf(models, ({ license }) => license)),
          (license) => set({ license }),
        )}
        {choose(
          t('filter.task'),
          filter.task,
          plain(valuesOf(models, ({ cloud }) => cloud?.task)),
          (task) => set({ task }),
        )}
        {hasPrices &&
          choose(
            t('filter.price'),
            filter.mostHourly === null ? null : String(filter.mostHourly),
            mostHourly[currency].map((price) => ({
              value: String(price),
              label: t('filter.upTo', { price: formatWhole(price, currency, i18n.language) }),
            })),
            (price) => set({ mostHourly: price === null ? null : Number(price) }),
          )}
      </SimpleGrid>
    </Stack>
  )
}

function formatWhole(amount: number, currency: Currency, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 0,
  }).format(amount)
}
