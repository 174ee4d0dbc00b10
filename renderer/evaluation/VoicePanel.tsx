import { SimpleGrid, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { EvaluatedRow } from '../../shared/evaluation.ts'
import type { VoiceComparison, VoicePhrase, VoiceTrait } from '../../shared/voice.ts'
import { Explained } from '../components/Explained.tsx'
import { AnswerRow } from './RowsPanel.tsx'
import { NumberTable } from './NumberTable.tsx'
import { ReportSection } from './ReportSection.tsx'

interface VoicePanelProps {
  readonly voice: VoiceComparison
  readonly rows: readonly EvaluatedRow[]
}

/** How close both models are to the training answers in manner. */
export function VoicePanel({ voice, rows }: VoicePanelProps) {
  const { t } = useTranslation()
  const say = (key: string, values?: Record<string, string | number>) =>
    t(`analysis:voice.${key}`, values ?? {})
  const { overall } = voice
  const examples = (['typicalRow', 'untypicalRow'] as const).flatMap((key) => {
    const row = rows.find(({ position }) => position === voice[key])
    return row ? [{ key, row }] : []
  })
  return (
    <ReportSection title={say('title')} note={say('note', { count: voice.trainingAnswers })}>
      <NumberTable
        label={say('title')}
        head={[
          say('trait'),
          t('analysis:evaluation.tuned'),
          t('analysis:evaluation.base'),
          say('typical'),
        ]}
        rows={[
          ...voice.traits.map(({ trait, tuned, base, medians }) => ({
            key: trait,
            cells: [
              <Explained
                key="trait"
                word={say(`traits.${trait}`)}
                meaning={say(`meaning.${trait}`)}
              />,
              percent(tuned),
              percent(base),
              medians
                ? say(
                    `${medians.base === null ? 'medianAlone' : 'median'}.${trait}`,
                    rounded(trait, medians),
                  )
                : '',
            ],
          })),
          {
            key: 'overall',
            cells: [
              <strong key="name">{say('overall')}</strong>,
              <strong key="tuned">{percent(overall.tuned)}</strong>,
              <strong key="base">{percent(overall.base)}</strong>,
              overall.difference === null || overall.low === null || overall.high === null
                ? ''
                : say('overallInterval', {
                    difference: signedPercent(overall.difference),
                    low: signedPercent(overall.low),
                    high: signedPercent(overall.high),
                  }),
            ],
          },
        ]}
      />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Phrases title={say('greetings')} phrases={voice.greetings} />
        <Phrases title={say('closings')} phrases={voice.closings} />
      </SimpleGrid>
      {examples.map(({ key, row }) => (
        <AnswerRow key={key} row={row} label={say(key)} />
      ))}
    </ReportSection>
  )
}

function Phrases({ title, phrases }: { title: string; phrases: readonly VoicePhrase[] }) {
  const { t } = useTranslation()
  const share = (value: number | null) => (value === null ? '–' : `${Math.round(100 * value)} %`)
  return (
    <div>
      <Title order={3} mb="xs">
        {title}
      </Title>
      {phrases.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('analysis:voice.noPhrases')}
        </Text>
      ) : (
        <NumberTable
          label={title}
          minWidth={320}
          head={[
            t('analysis:voice.phrase'),
            t('analysis:voice.inData'),
            t('analysis:evaluation.tuned'),
            t('analysis:evaluation.base'),
          ]}
          rows={phrases.map(({ phrase, training, tuned, base }) => ({
            key: phrase,
            cells: [phrase, share(training), share(tuned), share(base)],
          }))}
        />
      )}
    </div>
  )
}

function percent(value: number | null): string {
  return value === null ? '–' : String(Math.round(100 * value))
}

function signedPercent(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(0)}`
}

type Medians = NonNullable<VoiceComparison['traits'][number]['medians']>

function rounded(trait: VoiceTrait, medians: Medians) {
  const digits = trait === 'length' ? 0 : 1
  return {
    training: medians.training.toFixed(digits),
    tuned: medians.tuned.toFixed(digits),
    base: medians.base?.toFixed(digits) ?? '',
  }
}
