import { SegmentedControl, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { codeFileNames, codeLanguages, type CodeLanguage } from '../../shared/invocationCode.ts'
import { CopyBlock } from '../components/CopyBlock.tsx'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { endpointCodeQuery } from '../shipQueries.ts'

/** Ready to run: the code that asks this endpoint, and the permission that it takes. */
export function CodePanel({ name }: { name: string }) {
  const { t } = useTranslation('ship')
  const [language, setLanguage] = useState<CodeLanguage>('python')
  const { data, error } = useQuery(endpointCodeQuery(name, language))
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t('code.language')}
        value={language}
        data={codeLanguages.map((one) => ({ value: one, label: t(`code.${one}`) }))}
        onChange={(value) => setLanguage(value as CodeLanguage)} // one of the data above
        size="xs"
        fullWidth
      />
      {language === 'policy' && (
        <Text size="sm" c="dimmed">
          {t('code.policyHint')}
        </Text>
      )}
      {error && <ErrorNotice error={error} />}
      {data !== undefined && <CopyBlock label={codeFileNames[language]} text={data} />}
    </Stack>
  )
}
