import {
  Button,
  Collapse,
  Input,
  NumberInput,
  SimpleGrid,
  Slider,
  Stack,
  TagsInput,
  Textarea,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAdjustments } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { mostStopWords, type GenerationSettings } from '../../shared/playground.ts'

export const initialSettings: GenerationSettings = {
  maxNewTokens: 120,
  temperature: 0,
  topP: 0.9,
  seed: 1,
  stop: [],
  system: '',
}

interface SettingsPanelProps {
  readonly settings: GenerationSettings
  readonly onChange: (settings: GenerationSettings) => void
}

/** How the answers are drawn; the same for every column. */
export function SettingsPanel({ settings, onChange }: SettingsPanelProps) {
  const { t } = useTranslation('ship')
  const [open, { toggle }] = useDisclosure(false)
  const set = (change: Partial<GenerationSettings>) => onChange({ ...settings, ...change })
  const isGreedy = settings.temperature === 0
  return (
    <div>
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconAdjustments size={18} aria-hidden />}
        onClick={toggle}
        aria-expanded={open}
      >
        {t('settings.title')}
      </Button>
      <Collapse expanded={open}>
        <Stack mt="sm">
          <SimpleGrid cols={{ base: 2, md: 4 }}>
            <Input.Wrapper
              label={t('settings.temperature')}
              description={t('settings.temperatureHint')}
            >
              <Slider
                mt="xs"
                min={0}
                max={1.5}
                step={0.1}
                value={settings.temperature}
                onChange={(temperature) => set({ temperature })}
                thumbLabel={t('settings.temperature')}
              />
            </Input.Wrapper>
            <Input.Wrapper label={t('settings.topP')} description={t('settings.topPHint')}>
              <Slider
                mt="xs"
                min={0.05}
                max={1}
                step={0.05}
                disabled={isGreedy}
                value={settings.topP}
                onChange={(topP) => set({ topP })}
                thumbLabel={t('settings.topP')}
              />
            </Input.Wrapper>
            <NumberInput
              label={t('settings.maxTokens')}
              description={t('settings.maxTokensHint')}
              min={1}
              max={1024}
              value={settings.maxNewTokens}
              onChange={(value) => {
                if (typeof value === 'number' && value >= 1 && value <= 1024)
                  set({ maxNewTokens: value })
              }}
            />
            <NumberInput
              label={t('settings.seed')}
              description={t('settings.seedHint')}
              min={0}
              max={2147483647}
              disabled={isGreedy}
              value={settings.seed}
              onChange={(value) => {
                if (typeof value === 'number' && value >= 0) set({ seed: Math.floor(value) })
              }}
            />
          </SimpleGrid>
          <TagsInput
            label={t('settings.stop')}
            description={t('settings.stopHint')}
            maxTags={mostStopWords}
            value={settings.stop ?? []}
            onChange={(stop) => set({ stop: stop.filter((word) => word.length <= 100) })}
          />
          <Textarea
            label={t('settings.system')}
            description={t('settings.systemHint')}
            autosize
            minRows={1}
            maxRows={6}
            maxLength={8000}
            value={settings.system ?? ''}
            onChange={(event) => set({ system: event.currentTarget.value })}
          />
        </Stack>
      </Collapse>
    </div>
  )
}
