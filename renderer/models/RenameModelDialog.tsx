import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toAppError } from '../../shared/errors.ts'
import { modelNameProblem, type Model } from '../../shared/model.ts'
import { invoke } from '../api.ts'
import { showMessage } from '../components/showMessage.ts'

interface RenameModelDialogProps {
  readonly model: Model
  readonly onClose: () => void
}

export function RenameModelDialog({ model, onClose }: RenameModelDialogProps) {
  const { t } = useTranslation()
  const [name, setName] = useState(model.name)
  const [isTried, setIsTried] = useState(false)
  const problem = modelNameProblem(name)
  const rename = useMutation({
    mutationFn: () => invoke('model.rename', { id: model.id, name }),
    onSuccess: (renamed) => {
      onClose()
      showMessage({ message: t('model.renamed', { name: renamed.name }) })
    },
  })
  const failure = rename.error && toAppError(rename.error)
  function submit(): void {
    if (problem) setIsTried(true)
    else if (name.trim() === model.name) onClose()
    else rename.mutate()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('model.renameTitle')}
      centered
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Stack>
          <TextInput
            label={t('wizard.name')}
            description={t('model.renameHint')}
            value={name}
            onChange={(event) => {
              setName(event.currentTarget.value)
              setIsTried(false)
              rename.reset()
            }}
            onFocus={(event) => event.currentTarget.select()}
            error={
              isTried && problem
                ? t(`wizard.problem.${problem}`)
                : failure && t(`errors:${failure.code}`, { ...failure.details })
            }
            errorProps={{ role: 'alert' }}
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={rename.isPending}>
              {t('model.renameNow')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
