import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Workspace } from '../../shared/workspace.ts'
import type { StepProps } from './stepProps.ts'

/** This computer, or one of the accounts at AWS; not shown while there is nothing to choose. */
export function WhereSelect({
  draft,
  dispatch,
  workspaces,
}: StepProps & { readonly workspaces: readonly Workspace[] }) {
  const { t } = useTranslation()
  if (workspaces.length < 2) return null
  return (
    <Select
      maw={420}
      mb="md"
      label={t('wizard.where')}
      data={workspaces.map((workspace) => ({
        value: workspace.id,
        label:
          workspace.kind === 'local'
            ? t('wizard.thisComputer')
            : t('catalog:inAws', { name: workspace.name, region: workspace.region }),
      }))}
      value={draft.workspaceId}
      allowDeselect={false}
      onChange={(workspaceId) => workspaceId && dispatch({ type: 'placeChosen', workspaceId })}
    />
  )
}
