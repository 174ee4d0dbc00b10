import { useTranslation } from 'react-i18next'
import { Explained } from './Explained.tsx'

/** A word of the field, explained where it stands: on hover and on focus. */
export function Term({
  name,
}: {
  name: 'loss' | 'perplexity' | 'validationLoss' | 'trainingLoss' | 'epoch'
}) {
  const { t } = useTranslation()
  return <Explained word={t(`term.${name}.word`)} meaning={t(`term.${name}.meaning`)} />
}
