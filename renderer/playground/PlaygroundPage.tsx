import {
  Button,
  Group,
  NumberInput,
  Paper,
  SimpleGrid,
  Slider,
  Stack,
  Text,
  Textarea,
  Title,
  Input,
} from '@mantine/core'
import { IconPlayerStop, IconSend2 } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AnswerSide } from '../../shared/playground.ts'
import { invoke, on } from '../api.ts'
import { ErrorDataNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { showError } from '../components/showError.tsx'
import { formatDate } from '../format.ts'
import { useNavigate } from '../navigation.tsx'
import { historyQuery, modelQuery, suggestionsQuery } from '../queries.ts'
import { appendPiece, noAnswers, type Answer } from './answers.ts'

interface PlaygroundPageProps {
  readonly modelId: string
  readonly candidateId: string
}

const sides: readonly AnswerSide[] = ['tuned', 'base']

export function PlaygroundPage({ modelId, candidateId }: PlaygroundPageProps) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data: model } = useQuery(modelQuery(modelId))
  const { data: suggestions } = useQuery(suggestionsQuery(candidateId))
  const [prompt, setPrompt] = useState('')
  const [temperature, setTemperature] = useState(0)
  const [maxNewTokens, setMaxNewTokens] = useState(120)
  const [asked, setAsked] = useState<string | null>(null)
  const [answers, setAnswers] = useState(noAnswers)
  const requestId = useRef('')
  const isAnswering = asked !== null && sides.some((side) => !answers[side].done)

  useEffect(
    () =>
      on('answer.appended', (piece) => {
        if (piece.requestId === requestId.current) {
          setAnswers((known) => appendPiece(known, piece))
        }
      }),
    [],
  )
  const bothDone = sides.every((side) => answers[side].done)
  useEffect(() => {
    if (bothDone) {
      void client.invalidateQueries({ queryKey: historyQuery(candidateId).queryKey })
    }
  }, [bothDone, candidateId, client])

  const ask = useMutation({
    mutationFn: (question: string) => {
      requestId.current = crypto.randomUUID()
      setAnswers(noAnswers)
      setAsked(question)
      return invoke('playground.ask', {
        requestId: requestId.current,
        candidateId,
        prompt: question,
        settings: { maxNewTokens, temperature, topP: 0.9, seed: 1 },
      })
    },
    onError: (error) => {
      setAsked(null)
      showError(error)
    },
  })
  const send = () => {
    if (prompt.trim() !== '' && !isAnswering) ask.mutate(prompt.trim())
  }
  const candidate = model?.versions
    .flatMap((version) => version.candidates)
    .find((known) => known.id === candidateId)

  return (
    <>
      <PageHeader
        title={t('playground.title', { name: model?.name ?? '' })}
        subtitle={t('playground.subtitle', { base: candidate?.baseModelName ?? '' })}
        back={{
          label: model?.name ?? '',
          onClick: () => navigate({ page: 'model', modelId }),
        }}
      />
      <Stack gap="md">
        <Textarea
          label={t('playground.question')}
          description={t('playground.questionHint')}
          value={prompt}
          autosize
          minRows={2}
          maxRows={8}
          onChange={(event) => setPrompt(event.currentTarget.value)}
          onKeyDown={(event) => {
            // While a Chinese word is being composed, Enter belongs to the input method.
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            send()
          }}
        />
        {suggestions && suggestions.length > 0 && (
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {t('playground.try')}
            </Text>
            {suggestions.map((suggestion) => (
              <Button
                key={suggestion}
                size="compact-sm"
                variant="default"
                maw={320}
                onClick={() => setPrompt(suggestion)}
              >
                {suggestion}
              </Button>
            ))}
          </Group>
        )}
        <Group align="flex-end" justify="space-between">
          <Group align="flex-end" gap="lg">
            <Input.Wrapper label={t('playground.temperature')} w={180}>
              <Slider
                min={0}
                max={1.5}
                step={0.1}
                value={temperature}
                onChange={setTemperature}
                thumbLabel={t('playground.temperature')}
              />
            </Input.Wrapper>
            <NumberInput
              w={130}
              size="xs"
              label={t('playground.maxTokens')}
              min={1}
              max={1024}
              value={maxNewTokens}
              onChange={(value) => {
                if (typeof value === 'number' && value >= 1 && value <= 1024) setMaxNewTokens(value)
              }}
            />
          </Group>
          {isAnswering ? (
            <Button
              variant="default"
              leftSection={<IconPlayerStop size={18} aria-hidden />}
              onClick={() => {
                invoke('playground.stop', { requestId: requestId.current }).catch(showError)
              }}
            >
              {t('playground.stop')}
            </Button>
          ) : (
            <Button
              leftSection={<IconSend2 size={18} aria-hidden />}
              onClick={send}
              disabled={prompt.trim() === ''}
            >
              {t('playground.send')}
            </Button>
          )}
        </Group>
        <SimpleGrid cols={2}>
          {sides.map((side) => (
            <AnswerCard
              key={side}
              title={t(`playground.${side}`)}
              isAccented={side === 'tuned'}
              answer={asked === null ? null : answers[side]}
            />
          ))}
        </SimpleGrid>
        <History candidateId={candidateId} />
      </Stack>
    </>
  )
}

interface AnswerCardProps {
  readonly title: string
  readonly isAccented: boolean
  readonly answer: Answer | null
}

function AnswerCard({ title, isAccented, answer }: AnswerCardProps) {
  const { t } = useTranslation()
  return (
    <Paper
      withBorder
      radius="lg"
      p="md"
      component="section"
      aria-label={title}
      aria-busy={answer !== null && !answer.done}
      style={isAccented ? { borderTop: '3px solid var(--mantine-primary-color-filled)' } : {}}
    >
      <Title order={2} size="h3" mb="xs">
        {title}
      </Title>
      {answer?.error ? (
        <ErrorDataNotice error={answer.error} />
      ) : (
        <Text className="answer" c={answer === null ? 'dimmed' : undefined}>
          {answer === null ? t('playground.empty') : answer.text.trim()}
        </Text>
      )}
      <Text size="xs" c="dimmed" mt="xs" mih={18}>
        {answer?.tokensPerSecond
          ? t('playground.speed', {
              count: answer.tokenCount,
              speed: Math.round(answer.tokensPerSecond),
              first: answer.firstTokenMs ?? 0,
            })
          : ''}
        {answer?.stopped ? ` ${t('playground.stopped')}` : ''}
      </Text>
    </Paper>
  )
}

function History({ candidateId }: { candidateId: string }) {
  const { t, i18n } = useTranslation()
  const { data } = useQuery(historyQuery(candidateId))
  if (!data || data.length === 0) return null
  return (
    <section aria-labelledby="history-title">
      <Title order={2} mt="lg" mb="sm" id="history-title">
        {t('playground.history')}
      </Title>
      <Stack>
        {data.toReversed().map((exchange) => (
          <Paper key={exchange.id} bg="var(--surface)" radius="lg" p="md">
            <Group justify="space-between" mb="xs">
              <Text fw={600}>{exchange.prompt}</Text>
              <Text size="xs" c="dimmed">
                {formatDate(exchange.askedAtMs, i18n.language)}
              </Text>
            </Group>
            <SimpleGrid cols={2}>
              <Text size="sm" className="invisible">
                {exchange.tunedAnswer.trim()}
              </Text>
              <Text size="sm" c="dimmed" className="invisible">
                {exchange.baseAnswer.trim()}
              </Text>
            </SimpleGrid>
          </Paper>
        ))}
      </Stack>
    </section>
  )
}
