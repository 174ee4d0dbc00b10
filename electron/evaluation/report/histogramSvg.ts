/** How both models' values are spread over the range from 0 to 1, as inline SVG. */
import type { Comparison } from '../../../shared/metricComparison.ts'
import type { Say } from './blocks.ts'

const width = 640
const height = 150
const margin = { left: 36, right: 8, top: 26, bottom: 24 }

/** @param name of the measure, in words and safe in HTML */
export function histogramSvg(
  { histogram }: Pick<Comparison<string>, 'histogram'>,
  name: string,
  say: Say,
): string {
  const bins = histogram.tuned.length
  const highest = Math.max(1, ...histogram.tuned, ...(histogram.base ?? []))
  const binWidth = (width - margin.left - margin.right) / bins
  const barWidth = binWidth / 2 - 3
  const bottom = height - margin.bottom
  const tall = (count: number) => (count / highest) * (bottom - margin.top)
  const bar = (count: number, x: number, side: 'tuned' | 'base') =>
    `<rect class="${side}" x="${x.toFixed(1)}" y="${(bottom - tall(count)).toFixed(1)}" width="${barWidth.toFixed(1)}" height="${tall(count).toFixed(1)}"/>`
  const bars = histogram.tuned.map((tuned, bin) => {
    const x = margin.left + bin * binWidth + 2
    const base = histogram.base?.[bin] ?? 0
    const values = { from: (bin / bins).toFixed(1), to: ((bin + 1) / bins).toFixed(1), tuned, base }
    return `<g><title>${say(histogram.base ? 'evaluation.bins' : 'evaluation.binsAlone', values)}</title>${bar(tuned, x, 'tuned')}${bar(base, x + barWidth + 1, 'base')}</g>`
  })
  const ticks = [0, 0.5, 1].map((value) => {
    const x = margin.left + value * (width - margin.left - margin.right)
    const anchor = value === 0 ? 'start' : value === 1 ? 'end' : 'middle'
    return `<text x="${x}" y="${height - 6}" text-anchor="${anchor}">${value}</text>`
  })
  const legend = (histogram.base ? (['tuned', 'base'] as const) : (['tuned'] as const)).map(
    (side, index) =>
      `<rect class="${side}" x="${margin.left + index * 150}" y="6" width="12" height="8"/><text x="${margin.left + 18 + index * 150}" y="15">${say(`evaluation.${side}`)}</text>`,
  )
  const label = say('evaluation.distribution', { score: name })
  return `<figure><figcaption>${label}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${say('evaluation.distributionAxis', { score: name })}"><line class="axis" x1="${margin.left}" x2="${width - margin.right}" y1="${bottom}" y2="${bottom}"/><text x="${margin.left - 6}" y="${margin.top + 6}" text-anchor="end">${highest}</text>${bars.join('')}${ticks.join('')}${legend.join('')}</svg></figure>`
}
