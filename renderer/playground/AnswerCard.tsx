import { ActionIcon, Button, Group, Loader, Paper, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconRefresh, IconThumbDown, IconThumbUp } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { costSoFar } from '../../shared/endpoint.ts'
import type { Rating } from '../../shared/playground.ts'
import { markDifferences } from '../../shared/wordDifference.ts'
import { invoke } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { showError } from '../components/showError.tsx'
import { formatSmallMoney } from '../../shared/cost.ts'
import { useNow } from '../endpoints/useNow.ts'
import { useStartPrice } from '../endpoints/useStartPrice.ts'
import { endpointsQuery } from '../shipQueries.ts'
import type { ShownAnswer } from './liveAnswers.ts'
import { TeachDialog } from './TeachDialog.tsx'
import { UnguardedNotice } from '../endpoints/UnguardedNotice.tsx'

interface AnswerCardProps {
  readonly prompt: string
  readonly title: string
  readonly answer: ShownAnswer
  /** What the words are compared with; null: they are not. */
  readonly reference: string | null
  readonly isAccented: boolean
  /** Null where it can't be asked again. */
  readonly onRegenerate: (() => void) | null
}

export function AnswerCard(props: AnswerCardProps) {
  const { prompt, title, answer, reference, isAccented, onRegenerate } = props
  const { t } = useTranslation('ship')
  const { live, kept, text } = answer
  const isBusy = live !== null && !live.done
  const error = live?.done ? live.error : null
  const price = useStartPrice(kept ? [kept.speaker] : [])
  return (
    <Paper
      withBorder
      radius="lg"
      p="md"
      component="section"
      aria-label={title}
      aria-busy={isBusy}
      style={isAccented ? { borderTop: '3px solid var(--mantine-primary-color-filled)' } : {}}
    >
      <Group justify="space-between" wrap="nowrap" mb="xs" align="flex-start">
        <Title order={2} size="h3">
          {title}
        </Title>
        {isBusy && <Loader size="xs" aria-hidden />}
      </Group>
      {error?.code === 'EndpointUnguarded' ? (
        <UnguardedNotice error={error} />
      ) : error ? (
        <ErrorDataNotice error={error} />
      ) : isBusy && text === '' ? (
        <Text c="dimmed" role="status">
          {t(`playground.phase.${live.phase ?? 'asking'}`)}
        </Text>
      ) : (
        <AnswerText text={text} reference={reference} />
      )}
      <Figures answer={answer} />
      {kept && !isBusy && (
        <AnswerActions
          answerId={kept.id}
          rating={kept.rating}
          title={title}
          prompt={prompt}
          text={kept.text}
          // An endpoint is started by the button alone that has its price.
          onRegenerate={price.count === 0 ? onRegenerate : null}
        />
      )}
    </Paper>
  )
}

function AnswerText({ text, reference }: { text: string; reference: string | null }) {
  const { t } = useTranslation('ship')
  if (text === '') return <Text c="dimmed">{t('playground.nothing')}</Text>
  if (reference === null) return <Text className="answer">{text}</Text>
  return (
    <Text className="answer" component="div">
      {markDifferences(text, reference).map((piece, index) =>
        piece.isDifferent ? (
          <mark key={index} className="difference">
            {piece.text}
          </mark>
        ) : (
          <span key={index}>{piece.text}</span>
        ),
      )}
    </Text>
  )
}

function Figures({ answer: { live, kept, attempts } }: { answer: ShownAnswer }) {
  const { t, i18n } = useTranslation('ship')
  const { data } = useQuery(endpointsQuery)
  const now = useNow(30_000)
  const facts = live && live.tokenCount > 0 ? live : kept
  const endpoint = data?.endpoints.find(({ name }) => name === live?.endpointName)
  const cost = endpoint ? costSoFar(endpoint, now) : null
  const parts = [
    facts?.tokensPerSecond
      ? t('playground.speed', {
          count: facts.tokenCount,
          speed: Math.round(facts.tokensPerSecond),
          first: Math.round(facts.firstTokenMs ?? 0),
        })
      : '',
    facts?.finishReason === 'stopped' ? t('playground.stopped') : '',
    facts?.finishReason === 'length' ? t('playground.cutOff') : '',
    attempts > 1 ? t('playground.attempts', { count: attempts }) : '',
    cost !== null && endpoint?.price
      ? endpoint.price.perHour === 0
        ? t('playground.free')
        : t('playground.cost', {
            cost: formatSmallMoney(cost, endpoint.price.currency, i18n.language),
          })
      : '',
  ]
  return (
    <Text size="xs" c="dimmed" mt="xs" mih={18}>
      {parts.filter((part) => part !== '').join(' · ')}
    </Text>
  )
}

interface AnswerActionsProps {
  readonly answerId: string
  readonly rating: Rating | null
  readonly title: string
  readonly prompt: string
  readonly text: string
  readonly onRegenerate: (() => void) | null
}

function AnswerActions(props: AnswerActionsProps) {
  const { answerId, rating, title, prompt, text, onRegenerate } = props
  const { t } = useTranslation('ship')
  const client = useQueryClient()
  const [teachOpen, teach] = useDisclosure(false)
  const rate = useMutation({
    mutationFn: (value: Rating) =>
      invoke('playground.rate', { answerId, rating: rating === value ? null : value }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['conversation'] }),
    onError: showError,
  })
  return (
    <Group gap={4} mt="xs">
      {(['good', 'bad'] as const).map((value) => (
        <ActionIcon
          key={value}
          variant={rating === value ? 'light' : 'subtle'}
          color={rating === value ? 'accent' : 'gray'}
          aria-label={t(`playground.rate.${value}`, { title })}
          aria-pressed={rating === value}
          onClick={() => rate.mutate(value)}
        >
          {value === 'good' ? (
            <IconThumbUp size={16} aria-hidden />
          ) : (
            <IconThumbDown size={16} aria-hidden />
          )}
        </ActionIcon>
      ))}
      {onRegenerate && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('playground.regenerate', { title })}
          onClick={onRegenerate}
        >
          <IconRefresh size={16} aria-hidden />
        </ActionIcon>
      )}
      <Button
        size="compact-sm"
        variant="subtle"
        aria-label={t('playground.teachLabel', { title })}
        onClick={teach.open}
      >
        {t('playground.teach')}
      </Button>
      {teachOpen && <TeachDialog question={prompt} answer={text} onClose={teach.close} />}
    </Group>
  )
}
