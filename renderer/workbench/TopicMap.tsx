/** What the questions are about: circles as large as their topics, near each other where topics have words in common. */
import { Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Topic } from '../../shared/workbench/profile.ts'
import { seriesColours } from '../theme.ts'
import { formatCount, formatPercent } from '../format.ts'
import { placeCircles } from './placeCircles.ts'

interface TopicMapProps {
  readonly topics: readonly Topic[]
  readonly withoutTopic: number
  readonly onShowRows: (rows: readonly number[]) => void
}

const width = 560
const height = 340

export function TopicMap({ topics, withoutTopic, onShowRows }: TopicMapProps) {
  const { t, i18n } = useTranslation('workbench')
  const [chosen, choose] = useState(0)
  const total = topics.reduce((sum, { count }) => sum + count, withoutTopic)
  const circles = placeCircles(topics, width, height)
  const topic = topics[chosen] ?? topics[0]
  const separator = i18n.language === 'zh' ? '、' : ', '
  return (
    <div className="topics">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className="topic-map"
        role="img"
        aria-label={t('topics.map')}
      >
        {circles.map(({ x, y, radius }, index) => (
          <g key={index} onClick={() => choose(index)} className={index === chosen ? 'chosen' : ''}>
            <circle cx={x} cy={y} r={radius} fill={colourOf(index)} />
            <text x={x} y={y} textAnchor="middle" dominantBaseline="central">
              {fitting(topics[index]?.label ?? [], radius)}
            </text>
          </g>
        ))}
      </svg>
      <Stack gap={2} className="topic-list">
        {topics.map(({ label, count }, index) => (
          <UnstyledButton
            key={index}
            className="topic-name"
            aria-pressed={index === chosen}
            onClick={() => choose(index)}
          >
            <Group gap="xs" wrap="nowrap">
              <span className="topic-dot" style={{ background: colourOf(index) }} aria-hidden />
              <Text size="sm" truncate flex={1}>
                {label.join(separator)}
              </Text>
              <Text size="sm" c="dimmed" style={{ flexShrink: 0 }}>
                {t('topics.share', {
                  shown: formatCount(count, i18n.language),
                  share: formatPercent(count / Math.max(total, 1)),
                })}
              </Text>
            </Group>
          </UnstyledButton>
        ))}
        {withoutTopic > 0 && (
          <Text size="sm" c="dimmed" px={6}>
            {t('topics.without', {
              count: withoutTopic,
              shown: formatCount(withoutTopic, i18n.language),
            })}
          </Text>
        )}
      </Stack>
      {topic && (
        <Stack gap={4} className="topic-examples" role="group" aria-label={t('topics.examples')}>
          <Group justify="space-between" gap="xs">
            <Text size="sm" fw={600}>
              {t('topics.examplesOf', { label: topic.label.join(separator) })}
            </Text>
            <UnstyledButton
              className="topic-link"
              onClick={() => onShowRows(topic.examples.map(({ row }) => row))}
            >
              {t('profile.showRows')}
            </UnstyledButton>
          </Group>
          {topic.examples.map(({ row, text }) => (
            <Text key={row} size="sm" lineClamp={1}>
              {text}
            </Text>
          ))}
        </Stack>
      )}
    </div>
  )
}

const colourOf = (index: number) => seriesColours[index % seriesColours.length] ?? ''

/** As many of the words as the circle has room for: about seven pixels a letter, thirteen a Chinese character. */
function fitting(label: readonly string[], radius: number): string {
  const room = radius * 1.8
  const widthOf = (text: string) =>
    [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 13 : 7), 0)
  const [first = ''] = label
  return widthOf(first) <= room ? first : ''
}
