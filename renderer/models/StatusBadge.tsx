import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Candidate, CandidateStatus } from '../../shared/model.ts'

const colours: Record<CandidateStatus, string> = {
  Queued: 'gray.8',
  InProgress: 'blue.9',
  Completed: 'accent.8',
  Failed: 'red.9',
  Stopping: 'orange.9',
  Stopped: 'gray.8',
}

/** The status in words; colour only supports them. */
export function StatusBadge({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation()
  return (
    <Badge color={colours[candidate.status]} variant="light">
      {t(`status.${candidate.status}`)}
    </Badge>
  )
}
