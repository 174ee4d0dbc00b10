import { ActionIcon, Group, SimpleGrid, Text } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconPencil } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { GenerationSettings, Turn } from '../../shared/playground.ts'
import { AnswerCard } from './AnswerCard.tsx'
import { answerColumns } from './answerColumns.ts'
import { shownAnswer, siblingsOf } from './liveAnswers.ts'
import type { Conversation } from './useConversation.ts'

interface TurnViewProps {
  readonly turn: Turn
  readonly conversation: Conversation
  readonly settings: GenerationSettings
  readonly showsDifferences: boolean
  /** Of the columns that are being asked: what is not answered yet has no name of its own. */
  readonly titles: readonly string[]
  readonly isLast: boolean
  readonly onEdit: () => void
}

/** A question, the ways it was asked, and an answer for each column. */
export function TurnView(props: TurnViewProps) {
  const { turn, conversation, settings, showsDifferences, titles, isLast, onEdit } = props
  const { t } = useTranslation('ship')
  const siblings = siblingsOf(conversation.turns, turn)
  const place = siblings.indexOf(turn)
  const live = conversation.request?.turnId === turn.id ? conversation.request : null
  const positions = [
    ...new Set([...turn.answers.map(({ position }) => position), ...(live?.answers.keys() ?? [])]),
  ].sort((a, b) => a - b)
  const shown = positions.map((position) => shownAnswer(turn, position, conversation.request))
  const reference = shown[0]?.text ?? ''
  return (
    <section aria-label={turn.prompt}>
      <Group gap="xs" mb="sm" wrap="nowrap" align="flex-start">
        <Text fw={600} flex={1} className="invisible">
          {turn.prompt}
        </Text>
        {siblings.length > 1 && (
          <Group gap={2} wrap="nowrap">
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={place === 0}
              aria-label={t('playground.previousBranch')}
              onClick={() => conversation.show(siblings[place - 1]?.id ?? turn.id)}
            >
              <IconChevronLeft size={16} aria-hidden />
            </ActionIcon>
            <Text size="xs" c="dimmed">
              {t('playground.branch', { number: place + 1, total: siblings.length })}
            </Text>
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={place === siblings.length - 1}
              aria-label={t('playground.nextBranch')}
              onClick={() => conversation.show(siblings[place + 1]?.id ?? turn.id)}
            >
              <IconChevronRight size={16} aria-hidden />
            </ActionIcon>
          </Group>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          disabled={conversation.isAnswering}
          aria-label={t('playground.edit')}
          onClick={onEdit}
        >
          <IconPencil size={16} aria-hidden />
        </ActionIcon>
      </Group>
      <SimpleGrid {...answerColumns(positions.length)}>
        {positions.map((position, index) => (
          <AnswerCard
            key={position}
            prompt={turn.prompt}
            title={shown[index]?.kept?.title ?? titles[position] ?? ''}
            answer={shown[index] ?? shownAnswer(turn, position, null)}
            reference={showsDifferences && index > 0 ? reference : null}
            isAccented={index === 0}
            onRegenerate={
              conversation.isAnswering || !isLast
                ? null
                : () =>
                    conversation.regenerate(turn, position, {
                      ...settings,
                      seed: nextSeed(settings),
                    })
            }
          />
        ))}
      </SimpleGrid>
    </section>
  )
}

/** The same seed would give the same answer again. */
function nextSeed({ temperature, seed }: GenerationSettings): number {
  return temperature === 0 ? seed : Math.floor(Math.random() * 2_147_483_647)
}
