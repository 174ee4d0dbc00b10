import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Evaluation } from '../../shared/evaluation.ts'
import { compareWithLibrary, libraryBertScore } from '../../shared/libraryComparison.ts'
import { NumberTable } from './NumberTable.tsx'
import { ReportSection } from './ReportSection.tsx'
import { formatMeasure } from '../format.ts'

/** Our scores beside those that fmeval itself computed of the same answers. */
export function LibraryPanel({ evaluation: { library, rows } }: { evaluation: Evaluation }) {
  const { t } = useTranslation()
  if (!library) return null
  const say = (key: string, values?: Record<string, string | number>) =>
    t(`analysis:library.${key}`, values ?? {})
  const bert = libraryBertScore(library)
  const errors = Object.entries(library.errors)
  return (
    <ReportSection
      title={say('title')}
      note={say('note', { version: library.version, job: library.jobName })}
    >
      <NumberTable
        label={say('title')}
        head={['score', 'ours', 'theirs', 'same', 'largest'].map((key) => say(key))}
        rows={compareWithLibrary(rows, library).map((one) => ({
          key: one.name,
          cells: [
            t(`analysis:evaluation.name.${one.name}`),
            formatMeasure(one.ours),
            formatMeasure(one.theirs),
            `${one.same} / ${one.answers}`,
            formatMeasure(one.largest),
          ],
        }))}
      />
      {bert && (
        <Text>
          {say(bert.base === null ? 'bertScoreAlone' : 'bertScore', {
            tuned: formatMeasure(bert.tuned),
            base: bert.base === null ? '' : formatMeasure(bert.base),
          })}
        </Text>
      )}
      {errors.length > 0 && (
        <Text size="sm" c="dimmed">
          {say('errors')} {errors.map(([name, reason]) => `${name}: ${reason}`).join('; ')}
        </Text>
      )}
    </ReportSection>
  )
}
