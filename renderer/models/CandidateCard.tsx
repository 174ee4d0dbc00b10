import {
  Button,
  Card,
  Drawer,
  Group,
  Menu,
  Modal,
  Progress,
  Stack,
  Text,
  Title,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { billedSentence, costSentence } from '../../shared/billed.ts'
import type { CandidateCost } from '../../shared/cost.ts'
import { isTerminal, type Candidate } from '../../shared/model.ts'
import { exportFormatSchema, type ExportFormat } from '../../shared/modelExport.ts'
import { formatDuration, formatSecondsRange } from '../../shared/duration.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { SaveMenu } from '../components/SaveMenu.tsx'
import { showError } from '../components/showError.tsx'
import { useNavigate } from '../navigation.tsx'
import { ShipMenu } from './ShipMenu.tsx'
import { TrainingLog } from './TrainingLog.tsx'
import { StatusBadge } from './StatusBadge.tsx'
import { showMessage } from '../components/showMessage.ts'

interface CandidateCardProps {
  readonly candidate: Candidate
  readonly modelId: string
  readonly modelName: string
  readonly workspaceId: string
  /** In an account at AWS; null: nothing was counted. */
  readonly cost: CandidateCost | null
}

export function CandidateCard({
  candidate,
  modelId,
  modelName,
  workspaceId,
  cost,
}: CandidateCardProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [logOpen, log] = useDisclosure(false)
  const [stopOpen, stopDialog] = useDisclosure(false)
  const stop = useMutation({
    mutationFn: () => invoke('candidate.stop', { candidateId: candidate.id }),
    onSettled: stopDialog.close,
    onError: showError,
  })
  const goOn = useMutation({
    mutationFn: () => invoke('candidate.continue', { candidateId: candidate.id }),
    onError: showError,
  })
  const trainNext = useMutation({
    mutationFn: () => invoke('candidate.trainNext', { candidateId: candidate.id }),
    onError: showError,
  })
  const exporting = useMutation({
    mutationFn: (format: ExportFormat) =>
      invoke('candidate.export', { candidateId: candidate.id, format }),
    onSuccess: (exported) => {
      if (!exported) return
      showMessage({
        title: t('export.done', { path: exported.directory }),
        message:
          exported.asked > 0
            ? t('export.equal', { equal: exported.equalAnswers, asked: exported.asked })
            : '',
        autoClose: 12_000,
      })
    },
    onError: showError,
  })
  const isAdapter = candidate.hyperparameters['peft_type'] === 'lora'
  const name = candidate.baseModelName
  return (
    <Card withBorder radius="lg" padding="lg" component="section" aria-label={name}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap">
          <Title order={2}>{name}</Title>
          <StatusBadge candidate={candidate} />
        </Group>
        <CandidateState {...{ candidate, workspaceId, cost }} />
        {candidate.failure && <ErrorDataNotice error={candidate.failure} />}
        <Group gap="xs" mt="auto">
          {candidate.status === 'Completed' && (
            <>
              <Button
                size="sm"
                onClick={() =>
                  navigate({ page: 'playground', candidateId: candidate.id })
                }
                aria-label={t('candidate.testLabel', { name })}
              >
                {t('candidate.test')}
              </Button>
              <Button
                size="sm"
                variant="default"
                onClick={() => navigate({ page: 'evaluation', modelId, candidateId: candidate.id })}
                aria-label={t('analysis:evaluation.buttonLabel', { name })}
              >
                {t('analysis:evaluation.button')}
              </Button>
              <SaveMenu
                candidateId={candidate.id}
                hasEvaluation={false}
                label={t('candidate.reportLabel', { name })}
              />
              <ShipMenu candidate={candidate} modelName={modelName} workspaceId={workspaceId} />
              <Menu>
                <Menu.Target>
                  <Button
                    size="sm"
                    variant="default"
                    loading={exporting.isPending}
                    rightSection={<IconChevronDown size={16} aria-hidden />}
                    aria-label={t('export.label', { name })}
                  >
                    {t('export.button')}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  {exportFormatSchema.options
                    .filter((format) => format !== 'peft' || isAdapter)
                    .map((format) => (
                      <Menu.Item key={format} onClick={() => exporting.mutate(format)}>
                        <Text size="sm">{t(`export.format.${format}.label`)}</Text>
                        <Text size="xs" c="dimmed">
                          {t(`export.format.${format}.meaning`)}
                        </Text>
                      </Menu.Item>
                    ))}
                </Menu.Dropdown>
              </Menu>
            </>
          )}
          {candidate.status === 'Stopped' && candidate.cloud === null && (
            <Button
              size="sm"
              loading={goOn.isPending}
              onClick={() => goOn.mutate()}
              aria-label={t('candidate.continueLabel', { name })}
            >
              {t('candidate.continue')}
            </Button>
          )}
          {candidate.status === 'Queued' && (
            <Button
              size="sm"
              variant="default"
              loading={trainNext.isPending}
              onClick={() => trainNext.mutate()}
              aria-label={t('candidate.trainNextLabel', { name })}
            >
              {t('candidate.trainNext')}
            </Button>
          )}
          {!isTerminal(candidate.status) && (
            <Button
              size="sm"
              variant="default"
              disabled={candidate.status === 'Stopping'}
              onClick={stopDialog.open}
              aria-label={t('candidate.stopLabel', { name })}
            >
              {t('candidate.stop')}
            </Button>
          )}
          <Button
            size="sm"
            variant="subtle"
            onClick={log.open}
            aria-label={t('candidate.logLabel', { name })}
          >
            {t('candidate.log')}
          </Button>
        </Group>
      </Stack>
      <Modal
        opened={stopOpen}
        onClose={stopDialog.close}
        title={t('candidate.stopTitle')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
        centered
      >
        <Text mb="lg">
          {t(candidate.cloud === null ? 'candidate.stopText' : 'catalog:stopText')}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={stopDialog.close}>
            {t('candidate.keepTraining')}
          </Button>
          <Button color="red.8" loading={stop.isPending} onClick={() => stop.mutate()}>
            {t('candidate.stopNow')}
          </Button>
        </Group>
      </Modal>
      <Drawer
        opened={logOpen}
        onClose={log.close}
        position="right"
        size="lg"
        title={t('candidate.logTitle', { name })}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        {logOpen && <TrainingLog candidateId={candidate.id} hasFailed={candidate.status === 'Failed'} />}
      </Drawer>
    </Card>
  )
}

function CandidateState({
  candidate,
  workspaceId,
  cost,
}: Pick<CandidateCardProps, 'candidate' | 'workspaceId' | 'cost'>) {
  const { t, i18n } = useTranslation()
  const { progress, status } = candidate
  const costs = cost && costSentence(cost, i18n.language)
  if (isTerminal(status)) {
    const billed = billedSentence(candidate, workspaceId, i18n.language)
    return (
      <Stack gap={2}>
        <Text size="sm" c="dimmed">
          {tookWords(candidate, t, i18n.language)}
        </Text>
        {billed && (
          <Text size="sm" c="dimmed">
            {t(billed.key, billed.values)}
          </Text>
        )}
        {costs && (
          <Text size="sm" c="dimmed">
            {t(costs.key, costs.values)}
          </Text>
        )}
      </Stack>
    )
  }
  const share = progress && progress.totalSteps > 0 ? progress.step / progress.totalSteps : 0
  const left = progress?.secondsLeft
  return (
    <Stack gap={6}>
      <Progress
        value={share * 100}
        animated={status === 'InProgress'}
        aria-label={t('candidate.progress', { name: candidate.baseModelName })}
      />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {progress
            ? t('candidate.step', { step: progress.step, total: progress.totalSteps })
            : secondaryWords(candidate.secondaryStatus, t)}
        </Text>
        <Text size="sm" c="dimmed">
          {left === null || left === undefined
            ? ''
            : t('candidate.left', { time: formatDuration(left) })}
        </Text>
      </Group>
      {costs && (
        <Text size="sm" c="dimmed">
          {t(costs.key, costs.values)}
        </Text>
      )}
    </Stack>
  )
}

/** What it is doing just now, or waits for; AWS's own word where there is none of ours. */
function secondaryWords(secondaryStatus: string | null, t: TFunction): string {
  const [kind, code] = (secondaryStatus ?? 'Pending').split(':')
  if (kind === 'Waiting' && code !== undefined)
    return t(`catalog:waiting.${code}`, { defaultValue: t('secondary.Pending') })
  const own = t(`catalog:secondary.${kind}`, { defaultValue: kind ?? '' })
  return t(`secondary.${kind}`, { defaultValue: own })
}

/** How long it took, beside what was said before the start. */
function tookWords(
  { status, startedAtMs, endedAtMs, trainingSeconds, estimatedSeconds }: Candidate,
  t: TFunction,
  language: string,
): string {
  if (trainingSeconds === null) return t('candidate.notTrained')
  if (status !== 'Completed' || !estimatedSeconds || startedAtMs === null || endedAtMs === null)
    return t('candidate.took', { time: formatDuration(trainingSeconds) })
  return t('candidate.tookEstimated', {
    time: formatDuration((endedAtMs - startedAtMs) / 1000),
    estimate: formatSecondsRange(estimatedSeconds, language),
  })
}
