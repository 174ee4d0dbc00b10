import { Button, Group, Kbd, Modal, Paper, SimpleGrid, Stack, Text } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Evaluation, Rating } from '../../shared/evaluation.ts'
import { tunedIsLeft } from '../../shared/ratingSummary.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { evaluationQuery } from '../queries.ts'

interface BlindRatingProps {
  readonly evaluation: Evaluation
  readonly onClose: () => void
}

/** One row after the other: two answers, side by side, without saying whose they are. */
export function BlindRating({ evaluation, onClose }: BlindRatingProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { rows, ratings } = evaluation
  const [current, setCurrent] = useState(() =>
    rows.findIndex(({ position }) => ratings[String(position)] === undefined),
  )
  const rate = useMutation({
    mutationFn: (input: { position: number; rating: Rating | null }) =>
      invoke('evaluation.rate', { evaluationId: evaluation.id, ...input }),
    onSuccess: (rated) =>
      client.setQueryData(evaluationQuery(evaluation.candidateId).queryKey, rated),
    onError: showError,
  })
  const row = rows[current]
  const tunedLeft = row ? tunedIsLeft(evaluation.seed, row.position) : true
  const choose = (side: 'left' | 'right' | 'tie') => {
    if (!row) return
    const isTuned = (side === 'left') === tunedLeft
    rate.mutate({
      position: row.position,
      rating: side === 'tie' ? 'tie' : isTuned ? 'tuned' : 'base',
    })
    setCurrent(current + 1 < rows.length ? current + 1 : -1)
  }
  const goBack = () => {
    const before = current === -1 ? rows.length - 1 : current - 1
    if (before >= 0) setCurrent(before)
  }
  useHotkeys([
    ['ArrowLeft', () => choose('left')],
    ['ArrowRight', () => choose('right')],
    ['ArrowDown', () => choose('tie')],
    ['Backspace', goBack],
  ])
  const say = (key: string) => t(`analysis:rating.${key}`)
  return (
    <Modal
      opened
      onClose={onClose}
      size="70rem"
      title={say('question')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      {row ? (
        <Stack>
          <Text fw={600} className="invisible">
            {row.question}
          </Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Answer label={say('left')} text={(tunedLeft ? row.tuned : row.base)?.text ?? ''} />
            <Answer label={say('right')} text={(tunedLeft ? row.base : row.tuned)?.text ?? ''} />
          </SimpleGrid>
          <Group justify="center">
            <Choice label={say('left')} hint="←" onClick={() => choose('left')} />
            <Choice label={say('tie')} hint="↓" onClick={() => choose('tie')} />
            <Choice label={say('right')} hint="→" onClick={() => choose('right')} />
          </Group>
        </Stack>
      ) : (
        <Text role="status">{say('finished')}</Text>
      )}
      <Group justify="space-between" mt="lg">
        <Text size="xs" c="dimmed">
          {say('keys')}
        </Text>
        <Group gap="xs">
          <Text size="xs" c="dimmed" role="status">
            {t('analysis:rating.progress', {
              done: Object.keys(ratings).length,
              total: rows.length,
            })}
          </Text>
          <Button size="compact-xs" variant="subtle" onClick={goBack}>
            {say('back')}
          </Button>
        </Group>
      </Group>
    </Modal>
  )
}

function Answer({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation()
  return (
    <Paper withBorder radius="lg" p="md" component="section" aria-label={label}>
      <Text className="answer">{text === '' ? t('analysis:evaluation.empty') : text}</Text>
    </Paper>
  )
}

function Choice(props: { label: string; hint: string; onClick: () => void }) {
  return (
    <Button variant="default" onClick={props.onClick} rightSection={<Kbd>{props.hint}</Kbd>}>
      {props.label}
    </Button>
  )
}
