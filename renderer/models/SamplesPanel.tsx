import { Group, Paper, Select, SimpleGrid, Slider, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isTerminal, type Candidate } from '../../shared/model.ts'
import { samplesQuery } from '../queries.ts'
import { answersAt, evaluatedSteps } from './sampleSteps.ts'

/** Watch it learn: the same prompts answered at every evaluation, with a slider through time. */
export function SamplesPanel({ candidates }: { candidates: readonly Candidate[] }) {
  const { t } = useTranslation()
  const [chosenId, setChosenId] = useState<string | null>(null)
  const candidate = candidates.find((known) => known.id === chosenId) ?? candidates[0]
  if (!candidate) return null
  return (
    <Paper withBorder radius="lg" p="lg" component="section" aria-label={t('samples.title')}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb="md">
        <div>
          <Title order={2}>{t('samples.title')}</Title>
          <Text c="dimmed">{t('samples.hint')}</Text>
        </div>
        {candidates.length > 1 && (
          <Select
            w={280}
            style={{ flexShrink: 0 }}
            aria-label={t('samples.candidate')}
            data={candidates.map(({ id, baseModelName }) => ({ value: id, label: baseModelName }))}
            value={candidate.id}
            allowDeselect={false}
            onChange={setChosenId}
          />
        )}
      </Group>
      <CandidateSamples key={candidate.id} candidate={candidate} />
    </Paper>
  )
}

function CandidateSamples({ candidate }: { candidate: Candidate }) {
  const { t } = useTranslation()
  const { data: samples = [] } = useQuery(samplesQuery(candidate.id))
  // Null follows the newest; a step that was chosen stays.
  const [chosenStep, setChosenStep] = useState<number | null>(null)
  const steps = evaluatedSteps(samples)
  const newest = steps.at(-1)
  if (newest === undefined)
    return (
      <Text c="dimmed">{t(isTerminal(candidate.status) ? 'samples.none' : 'samples.waiting')}</Text>
    )
  const step = chosenStep ?? newest
  return (
    <Stack gap="lg">
      {steps.length > 1 && (
        <Slider
          min={0}
          max={steps.length - 1}
          value={Math.max(0, steps.indexOf(step))}
          label={(index) => t('samples.step', { step: steps[index] ?? 0 })}
          thumbLabel={t('samples.slider')}
          marks={[
            { value: 0, label: t('samples.start') },
            { value: steps.length - 1, label: t('samples.step', { step: newest }) },
          ]}
          mb="lg"
          mx="md"
          onChange={(index) =>
            setChosenStep(index === steps.length - 1 ? null : (steps[index] ?? null))
          }
        />
      )}
      {answersAt(samples, step).map(({ sample, prompt, base, answer }) => (
        <Stack key={sample} gap="xs">
          <Text fw={600}>{prompt}</Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Answer label={t('samples.base')} text={base} />
            <Answer
              label={step === 0 ? t('samples.base') : t('samples.step', { step })}
              text={answer}
            />
          </SimpleGrid>
        </Stack>
      ))}
    </Stack>
  )
}

function Answer({ label, text }: { label: string; text: string | null }) {
  const { t } = useTranslation()
  return (
    <Paper bg="var(--mantine-color-default-hover)" radius="md" p="sm">
      <Text size="xs" c="dimmed" mb={4}>
        {label}
      </Text>
      <Text size="sm" className="invisible">
        {text === null || text === '' ? t('samples.empty') : text}
      </Text>
    </Paper>
  )
}
