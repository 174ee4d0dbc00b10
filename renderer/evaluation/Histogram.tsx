import { Box, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Comparison } from '../../shared/metricComparison.ts'

const height = 96

interface HistogramProps {
  readonly name: string
  readonly histogram: Comparison<string>['histogram']
}

/** How both models' values are spread over the range from 0 to 1: rows by tenths. */
export function Histogram({ name, histogram }: HistogramProps) {
  const { t } = useTranslation()
  const bins = histogram.tuned.length
  const highest = Math.max(1, ...histogram.tuned, ...(histogram.base ?? []))
  const label = (bin: number) =>
    t(`analysis:evaluation.${histogram.base ? 'bins' : 'binsAlone'}`, {
      from: (bin / bins).toFixed(1),
      to: ((bin + 1) / bins).toFixed(1),
      tuned: histogram.tuned[bin] ?? 0,
      base: histogram.base?.[bin] ?? 0,
    })
  return (
    <figure className="histogram">
      <Group component="figcaption" justify="space-between" gap="xs" mb={6}>
        <Text size="sm" fw={600}>
          {t('analysis:evaluation.distribution', { score: name })}
        </Text>
        <Group gap="md">
          {(histogram.base ? (['tuned', 'base'] as const) : (['tuned'] as const)).map((side) => (
            <Group key={side} gap={6}>
              <Box className={`histogram-${side}`} w={12} h={12} aria-hidden />
              <Text size="xs">{t(`analysis:evaluation.${side}`)}</Text>
            </Group>
          ))}
        </Group>
      </Group>
      <div
        className="histogram-bins"
        role="img"
        aria-label={histogram.tuned.map((_, bin) => label(bin)).join('; ')}
        style={{ height }}
      >
        {histogram.tuned.map((count, bin) => (
          <div key={bin} className="histogram-bin" title={label(bin)}>
            <Box className="histogram-tuned" h={(count / highest) * height} />
            {histogram.base && (
              <Box className="histogram-base" h={((histogram.base[bin] ?? 0) / highest) * height} />
            )}
          </div>
        ))}
      </div>
      <Group justify="space-between" aria-hidden>
        {['0', '0.5', '1'].map((tick) => (
          <Text key={tick} size="xs" c="dimmed">
            {tick}
          </Text>
        ))}
      </Group>
    </figure>
  )
}
