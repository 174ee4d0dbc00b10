/** Up to four models, one question, their answers side by side. */
import { Button, Group, Stack, Switch } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFileDescription, IconHistory, IconMessagePlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  speakerKey,
  type GenerationSettings,
  type Speaker,
  type Turn,
} from '../../shared/playground.ts'
import { EmptyState } from '../components/EmptyState.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { PageHeader } from '../components/PageHeader.tsx'
import { useStartPrice } from '../endpoints/useStartPrice.ts'
import { useNavigate } from '../navigation.tsx'
import { speakersQuery } from '../shipQueries.ts'
import { AdviceNotice } from './AdviceNotice.tsx'
import { ColumnPickers } from './ColumnPickers.tsx'
import { Composer } from './Composer.tsx'
import { HistoryDrawer } from './HistoryDrawer.tsx'
import { initialSettings, SettingsPanel } from './SettingsPanel.tsx'
import { TurnView } from './TurnView.tsx'
import { useConversation } from './useConversation.ts'
import { useTokenCost } from './useTokenCost.ts'

export function PlaygroundPage({ candidateId }: { candidateId?: string | undefined }) {
  const { t } = useTranslation('ship')
  const { data: speakers, error } = useQuery(speakersQuery)
  const navigate = useNavigate()
  if (error) return <ErrorNotice error={error} />
  if (!speakers) return null
  if (speakers.length === 0)
    return (
      <>
        <PageHeader title={t('playground.title')} subtitle={t('playground.subtitle')} />
        <EmptyState
          icon={<IconMessagePlus size={44} stroke={1.3} aria-hidden />}
          title={t('playground.nobodyTitle')}
          text={t('playground.nobodyText')}
          actions={
            <Button onClick={() => navigate({ page: 'wizard' })}>{t('playground.train')}</Button>
          }
        />
      </>
    )
  return <Playground candidateId={candidateId} />
}

function Playground({ candidateId }: { candidateId?: string | undefined }) {
  const { t } = useTranslation('ship')
  const navigate = useNavigate()
  const { data: known = [] } = useQuery(speakersQuery)
  const [chosen, setChosen] = useState<readonly Speaker[] | null>(null)
  const [settings, setSettings] = useState<GenerationSettings>(initialSettings)
  const [remembers, setRemembers] = useState(false)
  const [showsDifferences, setShowsDifferences] = useState(false)
  const [draft, setDraft] = useState('')
  const [editing, setEditing] = useState<Turn | null>(null)
  const [historyOpen, history] = useDisclosure(false)
  const conversation = useConversation()

  const start =
    known.find(({ speaker }) => speakerKey(speaker) === `candidate:${candidateId ?? ''}`) ??
    known[0]
  // A base model of an account is not on this computer, and gets no column.
  const base = known.find(({ speaker }) => speakerKey(speaker) === `base:${start?.baseModelId}`)
  const suggested: Speaker[] = start ? [start.speaker, ...(base ? [base.speaker] : [])] : []
  const speakers = chosen ?? suggested
  const titleOf = (speaker: Speaker) =>
    known.find((one) => speakerKey(one.speaker) === speakerKey(speaker))?.title ?? ''
  const last = conversation.path.at(-1)
  const price = useStartPrice(speakers)

  const tokenCost = useTokenCost({
    speakers,
    prompt: draft,
    earlier: remembers ? conversation.path : [],
    maxNewTokens: settings.maxNewTokens,
  })

  function send(): void {
    const prompt = draft.trim()
    if (prompt === '' || conversation.isAnswering || price.isPending) return
    const parentId = editing ? editing.parentId : (last?.id ?? null)
    conversation.ask(prompt, parentId, { settings, speakers: [...speakers], remembers })
    setDraft('')
    setEditing(null)
  }

  return (
    <>
      <PageHeader
        title={t('playground.title')}
        subtitle={t('playground.subtitle')}
        actions={
          <>
            <Button
              variant="default"
              leftSection={<IconFileDescription size={18} aria-hidden />}
              onClick={() => navigate({ page: 'batch' })}
            >
              {t('batch.open')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconHistory size={18} aria-hidden />}
              onClick={history.open}
            >
              {t('playground.history')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconMessagePlus size={18} aria-hidden />}
              onClick={() => {
                conversation.begin()
                setEditing(null)
              }}
              disabled={conversation.path.length === 0}
            >
              {t('playground.new')}
            </Button>
          </>
        }
      />
      <Stack gap="lg">
        <ColumnPickers
          known={known}
          speakers={speakers}
          onChange={setChosen}
          isLocked={conversation.isAnswering}
        />
        {conversation.path.map((turn) => (
          <TurnView
            key={turn.id}
            turn={turn}
            conversation={conversation}
            settings={settings}
            showsDifferences={showsDifferences}
            titles={speakers.map(titleOf)}
            isLast={turn === last}
            onEdit={() => {
              setEditing(turn)
              setDraft(turn.prompt)
            }}
          />
        ))}
        <AdviceNotice prompts={conversation.path.map(({ prompt }) => prompt)} />
        <Composer
          draft={draft}
          onDraft={setDraft}
          onSend={send}
          onStop={conversation.stop}
          isAnswering={conversation.isAnswering}
          isFollowUp={last !== undefined}
          editing={editing}
          onCancelEdit={() => {
            setEditing(null)
            setDraft('')
          }}
          speakers={speakers}
          price={price}
          tokenCost={tokenCost}
        />
        <Group gap="lg" align="flex-start">
          <Switch
            label={t('playground.differences')}
            checked={showsDifferences}
            disabled={speakers.length < 2}
            onChange={(event) => setShowsDifferences(event.currentTarget.checked)}
          />
          <Switch
            label={t('playground.remember')}
            description={t('playground.rememberHint')}
            checked={remembers}
            onChange={(event) => setRemembers(event.currentTarget.checked)}
          />
        </Group>
        <SettingsPanel settings={settings} onChange={setSettings} />
      </Stack>
      <HistoryDrawer opened={historyOpen} onClose={history.close} conversation={conversation} />
    </>
  )
}
