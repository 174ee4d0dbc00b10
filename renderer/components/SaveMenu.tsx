import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { reportFormatSchema, type ReportFormat } from '../../shared/contract/analyzeCalls.ts'
import { invoke } from '../api.ts'
import { showError } from './showError.tsx'
import { showSaved } from './showSaved.ts'

interface SaveMenuProps {
  readonly candidateId: string
  /** JSON needs an evaluation. */
  readonly hasEvaluation: boolean
  readonly label?: string
}

/** A candidate's report as a web page, a document or data. */
export function SaveMenu({ candidateId, hasEvaluation, label }: SaveMenuProps) {
  const { t } = useTranslation()
  const save = useMutation({
    mutationFn: (format: ReportFormat) => invoke('report.save', { candidateId, format }),
    onSuccess: showSaved,
    onError: showError,
  })
  return (
    <Menu>
      <Menu.Target>
        <Button
          variant="default"
          loading={save.isPending}
          rightSection={<IconChevronDown size={16} aria-hidden />}
          {...(label === undefined ? {} : { 'aria-label': label })}
        >
          {t('analysis:evaluation.download')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {reportFormatSchema.options
          .filter((format) => hasEvaluation || format !== 'json')
          .map((format) => (
            <Menu.Item key={format} onClick={() => save.mutate(format)}>
              {t(`analysis:evaluation.formats.${format}`)}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  )
}
