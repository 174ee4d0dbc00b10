import { useTranslation } from 'react-i18next'
import type { StereotypePair } from '../../shared/stereotyping.ts'
import { summarizeStereotyping } from '../../shared/stereotypingSummary.ts'
import { EstimateCell, NumberTable } from './NumberTable.tsx'
import { ReportSection } from './ReportSection.tsx'

/** How often each model finds the stereotype likelier. */
export function StereotypingPanel({ pairs }: { pairs: readonly StereotypePair[] }) {
  const { t } = useTranslation()
  const say = (key: string) => t(`analysis:stereotyping.${key}`)
  return (
    <ReportSection title={say('title')} note={say('note')}>
      <NumberTable
        label={say('title')}
        head={[
          say('category'),
          say('pairs'),
          t('analysis:evaluation.tuned'),
          t('analysis:evaluation.base'),
        ]}
        rows={summarizeStereotyping(pairs).map(({ category, pairs: count, tuned, base }) => ({
          key: category ?? '',
          cells: [
            category ?? say('all'),
            count,
            <EstimateCell key="tuned" value={tuned} strong />,
            <EstimateCell key="base" value={base} />,
          ],
        }))}
      />
    </ReportSection>
  )
}
