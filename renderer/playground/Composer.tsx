import { Button, Group, Menu, ScrollArea, Text, Textarea } from '@mantine/core'
import { IconListSearch, IconPlayerStop, IconSend2 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Speaker, Turn } from '../../shared/playground.ts'
import { sendSentence } from '../../shared/sendSentence.ts'
import { PriceNotes } from '../endpoints/PriceNotes.tsx'
import type { StartPrice } from '../endpoints/useStartPrice.ts'
import { promptsQuery } from '../shipQueries.ts'

interface ComposerProps {
  readonly draft: string
  readonly onDraft: (draft: string) => void
  readonly onSend: () => void
  readonly onStop: () => void
  readonly isAnswering: boolean
  readonly isFollowUp: boolean
  readonly editing: Turn | null
  readonly onCancelEdit: () => void
  readonly speakers: readonly Speaker[]
  /** What sending begins to cost. */
  readonly price: StartPrice
  /** US dollars at most, where Bedrock answers by the token. */
  readonly tokenCost: number | null
}

export function Composer(props: ComposerProps) {
  const { draft, onDraft, onSend, onStop, isAnswering, editing, onCancelEdit } = props
  const { speakers, price, tokenCost } = props
  const { t, i18n } = useTranslation('ship')
  const send = sendSentence({ ...price, tokenCost }, i18n.language)
  const candidate = speakers.find((speaker) => speaker.kind === 'candidate')
  return (
    <div>
      <Textarea
        label={t(editing ? 'playground.editing' : 'playground.question')}
        description={t('playground.questionHint')}
        value={draft}
        autosize
        minRows={2}
        maxRows={8}
        onChange={(event) => onDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          // While a Chinese word is being composed, Enter belongs to the input method.
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          onSend()
        }}
      />
      <Group justify="space-between" mt="sm">
        {candidate?.kind === 'candidate' ? (
          <PromptsMenu candidateId={candidate.candidateId} onChoose={onDraft} />
        ) : (
          <span />
        )}
        <Group gap="sm">
          {editing && (
            <Button variant="subtle" color="gray" onClick={onCancelEdit}>
              {t('cancel')}
            </Button>
          )}
          {isAnswering ? (
            <Button
              variant="default"
              leftSection={<IconPlayerStop size={18} aria-hidden />}
              onClick={onStop}
            >
              {t('playground.stop')}
            </Button>
          ) : (
            <Button
              leftSection={<IconSend2 size={18} aria-hidden />}
              onClick={onSend}
              loading={price.isPending}
              disabled={draft.trim() === ''}
              // Its words break where there is little room.
              h="auto"
              mih={36}
              py={6}
              styles={{ label: { whiteSpace: 'normal', lineHeight: 1.35 } }}
            >
              {t(send.key, send.values)}
            </Button>
          )}
        </Group>
      </Group>
      {price.count > 0 && <PriceNotes notes={price.notes} />}
    </div>
  )
}

const mostShown = 60

/** The questions of the data, those first that the candidate has not seen. */
function PromptsMenu({
  candidateId,
  onChoose,
}: {
  candidateId: string
  onChoose: (prompt: string) => void
}) {
  const { t } = useTranslation('ship')
  const { data } = useQuery(promptsQuery(candidateId))
  const groups = [
    ['playground.unseen', data?.unseen ?? []],
    ['playground.trained', data?.trained ?? []],
  ] as const
  if (groups.every(([, prompts]) => prompts.length === 0)) return <span />
  return (
    <Menu position="top-start" width={420}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconListSearch size={18} aria-hidden />}
        >
          {t('playground.prompts')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={320}>
          {groups.map(([label, prompts]) => (
            <div key={label}>
              {prompts.length > 0 && <Menu.Label>{t(label)}</Menu.Label>}
              {prompts.slice(0, mostShown).map((prompt, index) => (
                <Menu.Item key={`${index} ${prompt}`} onClick={() => onChoose(prompt)}>
                  <Text size="sm" lineClamp={2}>
                    {prompt}
                  </Text>
                </Menu.Item>
              ))}
            </div>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  )
}
