import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { mfaCodeSchema } from '../../shared/signIn.ts'
import { invoke } from '../api.ts'
import { showError } from '../components/showError.tsx'
import { mfaQuery } from './queries.ts'

/** Asked for by main while a sign-in goes on, whatever page is shown. */
export function MfaDialog() {
  const { t } = useTranslation('workspaces')
  const client = useQueryClient()
  const { data: question } = useQuery(mfaQuery)
  const [code, setCode] = useState('')
  const typed = mfaCodeSchema.safeParse(code)
  function answer(given: string | null): void {
    if (!question) return
    setCode('')
    client.setQueryData(mfaQuery.queryKey, null)
    void invoke('signIn.answerMfa', { requestId: question.requestId, code: given }).catch(showError)
  }
  return (
    <Modal
      opened={question !== undefined && question !== null}
      onClose={() => answer(null)}
      title={t('signIn.mfaTitle')}
      closeButtonProps={{ 'aria-label': t('app:action.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (typed.success) answer(typed.data)
        }}
      >
        <Stack>
          <Text>{t('signIn.mfaText', { serial: question?.serial ?? '' })}</Text>
          <TextInput
            label={t('signIn.mfaLabel')}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            data-autofocus
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button type="submit" disabled={!typed.success}>
              {t('signIn.mfaSend')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
