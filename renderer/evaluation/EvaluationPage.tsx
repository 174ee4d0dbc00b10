import { Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Evaluation } from '../../shared/evaluation.ts'
import { hasReferences } from '../../shared/evaluationSentences.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { SaveMenu } from '../components/SaveMenu.tsx'
import { useNavigate } from '../navigation.tsx'
import { evaluationQuery, modelQuery } from '../queries.ts'
import { BertScorePanel } from './BertScorePanel.tsx'
import { EvaluationProgressPanel } from './EvaluationProgressPanel.tsx'
import { EvaluationSetup } from './EvaluationSetup.tsx'
import { JudgePanel } from './JudgePanel.tsx'
import { LibraryPanel } from './LibraryPanel.tsx'
import { RatingPanel } from './RatingPanel.tsx'
import { RobustnessPanel } from './RobustnessPanel.tsx'
import { RowsPanel } from './RowsPanel.tsx'
import { ScoresPanel } from './ScoresPanel.tsx'
import { StereotypingPanel } from './StereotypingPanel.tsx'
import { ToxicityPanel } from './ToxicityPanel.tsx'
import { VerdictPanel } from './VerdictPanel.tsx'
import { VoicePanel } from './VoicePanel.tsx'

interface EvaluationPageProps {
  readonly modelId: string
  readonly candidateId: string
}

/** A candidate against its base model: the verdict first, then what it rests on. */
export function EvaluationPage({ modelId, candidateId }: EvaluationPageProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { data: model } = useQuery(modelQuery(modelId))
  // Another face of the app may have evaluated it meanwhile.
  const { data: evaluation, error } = useQuery({ ...evaluationQuery(candidateId), staleTime: 0 })
  if (error) return <ErrorNotice error={error} />
  if (!model || evaluation === undefined) return <Skeleton h={480} radius="lg" />
  const version = model.versions.find(({ candidates }) =>
    candidates.some(({ id }) => id === candidateId),
  )
  const candidate = version?.candidates.find(({ id }) => id === candidateId)
  const isRunning = evaluation?.status === 'Running'
  const result = evaluation && !isRunning && evaluation.rows.length > 0 ? evaluation : null
  return (
    <>
      <PageHeader
        title={t('analysis:evaluation.title', { name: model.name })}
        subtitle={t('analysis:evaluation.subtitle', { base: candidate?.baseModelName ?? '' })}
        back={{
          label: model.name,
          onClick: () =>
            navigate({ page: 'model', modelId, ...(version ? { versionId: version.id } : {}) }),
        }}
        actions={result && <SaveMenu candidateId={candidateId} hasEvaluation />}
      />
      <Stack gap="xl">
        {isRunning && <EvaluationProgressPanel evaluation={evaluation} />}
        {/* What was found comes before what could be found next. */}
        {result?.status === 'Completed' && (
          <Result evaluation={result} template={candidate?.promptTemplate.prompt ?? ''} />
        )}
        {!isRunning && <EvaluationSetup candidateId={candidateId} evaluation={evaluation} />}
        {result && result.status !== 'Completed' && (
          <Result evaluation={result} template={candidate?.promptTemplate.prompt ?? ''} />
        )}
      </Stack>
    </>
  )
}

function Result({ evaluation, template }: { evaluation: Evaluation; template: string }) {
  const { rows, voice, perturbed, stereotypes } = evaluation
  return (
    <>
      <VerdictPanel evaluation={evaluation} template={template} />
      {voice && <VoicePanel voice={voice} rows={rows} />}
      {evaluation.plan.withBase && <RatingPanel evaluation={evaluation} />}
      <JudgePanel evaluation={evaluation} />
      {hasReferences(evaluation) && <ScoresPanel rows={rows} />}
      {hasReferences(evaluation) && <BertScorePanel evaluation={evaluation} />}
      <LibraryPanel evaluation={evaluation} />
      <ToxicityPanel rows={rows} />
      {perturbed.length > 0 && <RobustnessPanel evaluation={evaluation} />}
      {stereotypes.length > 0 && <StereotypingPanel pairs={stereotypes} />}
      <RowsPanel rows={rows} />
    </>
  )
}
