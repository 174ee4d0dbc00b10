import { Modal, Table, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { LeaderboardEntry } from '../../shared/leaderboard.ts'
import type { Model } from '../../shared/model.ts'
import { leaderboardColumns } from './columns.ts'
import { settingsOf, type ComparedSetting } from './comparedSettings.ts'

interface CompareDialogProps {
  readonly model: Model
  readonly entries: readonly [LeaderboardEntry, LeaderboardEntry]
  readonly onClose: () => void
}

/** Two candidates side by side: every measure, and every setting, those that differ first. */
export function CompareDialog({ model, entries, onClose }: CompareDialogProps) {
  const { t, i18n } = useTranslation()
  const [first, second] = entries
  const say = (key: string) => t(`analysis:leaderboard.${key}`)
  const names = entries.map((entry) => `V${entry.versionNumber} · ${entry.baseModelName}`)
  const settings = settingsOf(model, first.candidateId, second.candidateId)
  const differing = settings.filter(({ differs }) => differs)
  return (
    <Modal
      opened
      onClose={onClose}
      size="56rem"
      title={say('compareTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Title order={3} mb="xs">
        {say('differences')}
      </Title>
      {differing.length === 0 ? (
        <Text size="sm">{say('noDifferences')}</Text>
      ) : (
        <SettingsTable label={say('differences')} names={names} settings={differing} marked />
      )}
      <Title order={3} mt="lg" mb="xs">
        {say('measures')}
      </Title>
      <Table
        layout="fixed"
        aria-label={say('compareTitle')}
        style={{ fontVariantNumeric: 'tabular-nums' }}
      >
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('measureHead')}</Table.Th>
            {names.map((name, index) => (
              <Table.Th key={index}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {leaderboardColumns.map(({ key, value, format }) => (
            <Table.Tr key={key}>
              <Table.Td>{say(`columns.${key}`)}</Table.Td>
              {entries.map((entry) => {
                const shown = value(entry)
                return (
                  <Table.Td key={entry.candidateId}>
                    {shown === null ? '–' : format(shown, i18n.language)}
                  </Table.Td>
                )
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Title order={3} mt="lg" mb="xs">
        {say('sameSettings')}
      </Title>
      <SettingsTable
        label={say('sameSettings')}
        names={names}
        settings={settings.filter(({ differs }) => !differs)}
        marked={false}
      />
    </Modal>
  )
}

interface SettingsTableProps {
  readonly label: string
  readonly names: readonly string[]
  readonly settings: readonly ComparedSetting[]
  readonly marked: boolean
}

function SettingsTable({ label, names, settings, marked }: SettingsTableProps) {
  const { t } = useTranslation()
  return (
    <Table layout="fixed" aria-label={label} fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('analysis:leaderboard.setting')}</Table.Th>
          {names.map((name, index) => (
            <Table.Th key={index}>{name}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {settings.map(({ name, values }) => (
          <Table.Tr key={name} {...(marked ? { bg: 'var(--mantine-primary-color-light)' } : {})}>
            <Table.Td>
              {t(`hyperparameter.${name}.label`, {
                defaultValue: t(`analysis:leaderboard.facts.${name}`, { defaultValue: name }),
              })}
            </Table.Td>
            {values.map((value, index) => (
              <Table.Td key={index} className="invisible">
                {value}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
