import { useTranslation } from 'react-i18next'
import type { Candidate, CandidateStatus } from '../../shared/model.ts'
import { Tag, type Tone } from '../components/Tag.tsx'

const tones: Record<CandidateStatus, Tone> = {
  Queued: 'neutral',
  InProgress: 'busy',
  Completed: 'good',
  Failed: 'bad',
  Stopping: 'attention',
  Stopped: 'neutral',
}

/** The status in words; colour only supports them. */
export function StatusBadge({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation()
  return <Tag tone={tones[candidate.status]}>{t(`status.${candidate.status}`)}</Tag>
}
