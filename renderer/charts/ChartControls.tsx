import { Group, SegmentedControl, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { horizontalAxes, type HorizontalAxis } from './series.ts'

export interface ChartSettings {
  readonly axis: HorizontalAxis
  readonly logarithmic: boolean
  /** Weight of the past in the moving average. */
  readonly smoothing: number
  /** All candidates in one chart, or a chart each on the same scale. */
  readonly layout: ChartLayout
}

export const chartLayouts = ['overlaid', 'sideBySide'] as const
export type ChartLayout = (typeof chartLayouts)[number]

export const plainChart: ChartSettings = {
  axis: 'step',
  logarithmic: false,
  smoothing: 0,
  layout: 'overlaid',
}

const smoothings = [
  { value: '0', word: 'none' },
  { value: '0.6', word: 'some' },
  { value: '0.9', word: 'strong' },
]

interface ChartControlsProps {
  readonly settings: ChartSettings
  readonly onChange: (settings: ChartSettings) => void
  /** Whether there are several to lay out. */
  readonly hasSeveral: boolean
}

/** How both charts are drawn. */
export function ChartControls({ settings, onChange, hasSeveral }: ChartControlsProps) {
  const { t } = useTranslation()
  return (
    <Group gap="md" mb="sm">
      <SegmentedControl
        size="xs"
        aria-label={t('analysis:chart.axis')}
        value={settings.axis}
        data={horizontalAxes.map((axis) => ({ value: axis, label: t(`analysis:chart.${axis}`) }))}
        onChange={(axis) => onChange({ ...settings, axis })}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('analysis:chart.smoothing')}
        value={String(settings.smoothing)}
        data={smoothings.map(({ value, word }) => ({
          value,
          label: t(`analysis:chart.smoothings.${word}`),
        }))}
        onChange={(smoothing) => onChange({ ...settings, smoothing: Number(smoothing) })}
      />
      {hasSeveral && (
        <SegmentedControl
          size="xs"
          aria-label={t('analysis:chart.layout')}
          value={settings.layout}
          data={chartLayouts.map((layout) => ({
            value: layout,
            label: t(`analysis:chart.layouts.${layout}`),
          }))}
          onChange={(layout) => onChange({ ...settings, layout })}
        />
      )}
      <Switch
        size="xs"
        label={t('analysis:chart.logarithmic')}
        checked={settings.logarithmic}
        onChange={(event) => onChange({ ...settings, logarithmic: event.currentTarget.checked })}
      />
    </Group>
  )
}
