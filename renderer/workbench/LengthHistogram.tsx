import { Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { DatasetProfile, Histogram } from '../../shared/workbench/profile.ts'
import { formatCount } from '../format.ts'

interface LengthHistogramProps {
  readonly histogram: Histogram
  readonly unit: DatasetProfile['unit']
  readonly label: string
}

const width = 480
const height = 120

/** How many rows are how long: bars of equal width, the few that are far longer in the last one. */
export function LengthHistogram({ histogram, unit, label }: LengthHistogramProps) {
  const { t, i18n } = useTranslation('workbench')
  const count = (value: number) => formatCount(value, i18n.language)
  const { bins } = histogram
  const most = Math.max(1, ...bins.map((bin) => bin.count))
  const step = width / Math.max(bins.length, 1)
  return (
    <>
      <svg
        viewBox={`0 0 ${width} ${height + 18}`}
        className="histogram"
        role="img"
        aria-label={label}
      >
        {bins.map((bin, index) => {
          const size = bin.count === 0 ? 0 : Math.max(1.5, (bin.count / most) * height)
          return (
            <rect
              key={bin.from}
              x={index * step + 1}
              y={height - size}
              width={Math.max(step - 2, 1)}
              height={size}
              rx={2}
            >
              <title>
                {t(`histogram.bin.${unit}`, {
                  from: count(bin.from),
                  to: count(bin.to - 1),
                  count: bin.count,
                  shown: count(bin.count),
                })}
              </title>
            </rect>
          )
        })}
        <text x={0} y={height + 14}>
          {count(bins[0]?.from ?? 0)}
        </text>
        <text x={width} y={height + 14} textAnchor="end">
          {count(Math.max((bins.at(-1)?.to ?? 1) - 1, 0))}
        </text>
      </svg>
      <Group gap="lg">
        <Text size="sm">{t(`histogram.median.${unit}`, { shown: count(histogram.median) })}</Text>
        <Text size="sm" c="dimmed">
          {t('histogram.p95', { shown: count(histogram.p95) })}
        </Text>
        <Text size="sm" c="dimmed">
          {t('histogram.max', { shown: count(histogram.max) })}
        </Text>
      </Group>
    </>
  )
}
