import {
  Button,
  Collapse,
  Group,
  NumberInput,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currencyOf } from '../../shared/partition.ts'
import type { WorkspaceDraft } from '../../shared/workspace.ts'
import { SourceFields } from './SourceFields.tsx'
import {
  endpointServices,
  foldedFields,
  readForm,
  type FieldName,
  type FieldProps,
  type WorkspaceFields,
} from './workspaceForm.ts'

interface WorkspaceFormProps {
  readonly initial: WorkspaceFields
  readonly submitLabel: string
  readonly isSaving: boolean
  readonly onSubmit: (draft: WorkspaceDraft) => void
}

export function WorkspaceForm({ initial, submitLabel, isSaving, onSubmit }: WorkspaceFormProps) {
  const { t } = useTranslation('workspaces')
  const [fields, setFields] = useState(initial)
  // Errors are shown for what was typed in vain, not for what nobody came to yet.
  const [isTried, setTried] = useState(false)
  const [isOpen, { toggle, open }] = useDisclosure(false)
  const { draft, faults } = readForm(fields)
  const set = (change: Partial<WorkspaceFields>) =>
    setFields((current) => ({ ...current, ...change }))
  const errorOf = (name: FieldName): string | false => {
    const fault = faults.get(name)
    if (!isTried || !fault) return false
    if (fault.kind === 'tooLong') return t('form.tooLong', { count: fault.most })
    return t(fault.kind === 'missing' ? 'form.missing' : `form.malformed.${name}`)
  }
  const text: FieldProps['text'] = (name) => ({
    value: fields[name],
    error: errorOf(name),
    onChange: (event) => set({ [name]: event.currentTarget.value }),
  })
  function submit(form: HTMLFormElement): void {
    setTried(true)
    if (draft) return onSubmit(draft)
    if (foldedFields.some((name) => faults.has(name))) open()
    // Once the errors are shown.
    requestAnimationFrame(() =>
      form.querySelector<HTMLElement>('[aria-invalid="true"]:not(:disabled)')?.focus(),
    )
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit(event.currentTarget)
      }}
    >
      <Stack gap="md">
        <TextInput
          label={t('form.name')}
          placeholder={t('form.namePlaceholder')}
          {...text('name')}
        />
        <SourceFields fields={fields} text={text} set={set} />
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <TextInput
            label={t('form.region')}
            description={t('form.regionHint')}
            {...text('region')}
          />
          <NumberInput
            label={`${t('form.budget')} (${currencyOf(fields.region)})`}
            description={t('form.budgetHint')}
            min={0}
            value={fields.budget}
            error={errorOf('budget')}
            onChange={(value) => set({ budget: String(value) })}
          />
        </SimpleGrid>
        <TextInput
          label={t('form.executionRole')}
          description={t('form.executionRoleHint')}
          {...text('executionRoleArn')}
        />
        <Group>
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={toggle}
            aria-expanded={isOpen}
            type="button"
          >
            {t(isOpen ? 'form.fewer' : 'form.more')}
          </Button>
        </Group>
        <Collapse expanded={isOpen}>
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, md: 2 }}>
              <TextInput
                label={t('form.bucket')}
                description={t('form.bucketHint', {
                  bucket: `sagemaker-${fields.region || '…'}-…`,
                })}
                {...text('bucket')}
              />
              <TextInput label={t('form.prefix')} {...text('prefix')} />
              <TextInput
                label={t('form.subnets')}
                description={t('form.listHint')}
                {...text('subnets')}
              />
              <TextInput
                label={t('form.securityGroups')}
                description={t('form.listHint')}
                {...text('securityGroups')}
              />
              <TextInput label={t('form.proxy')} {...text('proxyUrl')} />
              <TextInput
                label={t('form.caBundle')}
                description={t('form.caBundleHint')}
                {...text('caBundlePath')}
              />
            </SimpleGrid>
            <TextInput label={t('form.kmsKey')} {...text('kmsKeyArn')} />
            <Textarea
              label={t('form.tags')}
              description={t('form.tagsHint')}
              autosize
              minRows={2}
              {...text('tags')}
            />
            <Textarea
              label={t('form.endpoints')}
              description={t('form.endpointsHint', { services: endpointServices })}
              autosize
              minRows={2}
              {...text('endpoints')}
            />
          </Stack>
        </Collapse>
        <Group>
          <Button type="submit" loading={isSaving}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
