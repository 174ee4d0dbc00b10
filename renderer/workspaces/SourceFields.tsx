import { Alert, Select, SimpleGrid, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { profilesQuery } from './queries.ts'
import { sourceKinds, type FieldProps } from './workspaceForm.ts'

/** Where credentials come from, and what that takes. */
export function SourceFields({ fields, text, set }: FieldProps) {
  const { t } = useTranslation('workspaces')
  return (
    <>
      <Select
        label={t('form.source')}
        data={sourceKinds.map((value) => ({ value, label: t(`sourceName.${value}`) }))}
        value={fields.kind}
        allowDeselect={false}
        onChange={(value) => {
          const kind = sourceKinds.find((known) => known === value)
          if (kind) set({ kind })
        }}
      />
      {fields.kind === 'profile' && <ProfileField fields={fields} text={text} set={set} />}
      {fields.kind === 'process' && <TextInput label={t('form.command')} {...text('command')} />}
      {fields.kind === 'sso' && (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <TextInput
            label={t('form.startUrl')}
            description={t('form.startUrlHint')}
            {...text('startUrl')}
          />
          <TextInput label={t('form.ssoRegion')} {...text('ssoRegion')} />
          <TextInput label={t('form.accountId')} {...text('accountId')} />
          <TextInput label={t('form.roleName')} {...text('roleName')} />
        </SimpleGrid>
      )}
      {fields.kind === 'role' && (
        <>
          <TextInput label={t('form.roleArn')} {...text('roleArn')} />
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <TextInput
              label={t('form.sourceProfile')}
              description={t('form.sourceProfileHint')}
              {...text('sourceProfile')}
            />
            <TextInput
              label={t('form.mfaSerial')}
              description={t('form.mfaSerialHint')}
              {...text('mfaSerial')}
            />
            <TextInput label={t('form.externalId')} {...text('externalId')} />
          </SimpleGrid>
        </>
      )}
    </>
  )
}

function ProfileField({ fields, text, set }: FieldProps) {
  const { t } = useTranslation('workspaces')
  const { data: profiles } = useQuery(profilesQuery)
  const { error } = text('profile')
  if (profiles?.length === 0)
    return (
      <Alert variant="light" {...(error ? { color: 'orange' } : {})}>
        {t('form.profileNone')}
      </Alert>
    )
  return (
    <Select
      label={t('form.profile')}
      searchable
      data={(profiles ?? []).map(({ name, kind }) => ({
        value: name,
        label: `${name} (${t(`form.profileKind.${kind}`)})`,
        disabled: kind === 'incomplete',
      }))}
      value={fields.profile || null}
      error={error}
      onChange={(value) => {
        const profile = profiles?.find(({ name }) => name === value)
        if (!profile) return
        set({
          profile: profile.name,
          ...(fields.region === '' && profile.region !== null && { region: profile.region }),
          ...(fields.name === '' && { name: profile.name }),
        })
      }}
    />
  )
}
