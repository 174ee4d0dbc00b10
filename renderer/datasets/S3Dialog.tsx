import { Breadcrumbs, Button, Modal, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { IconBucket, IconFile, IconFolder } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { invoke } from '../api.ts'
import { ErrorNotice } from '../components/ErrorNotice.tsx'
import { formatBytes } from '../format.ts'

interface S3DialogProps {
  readonly onImport: (bucket: string, key: string) => void
  readonly onClose: () => void
}

const listingQuery = (bucket: string | null, prefix: string) =>
  queryOptions({
    queryKey: ['s3', bucket, prefix],
    queryFn: () => invoke('s3.list', { bucket, prefix }),
    retry: false,
    staleTime: 0,
  })

/** Buckets, then folders and objects; typing narrows by the beginning of the name. */
export function S3Dialog({ onImport, onClose }: S3DialogProps) {
  const { t } = useTranslation()
  const [bucket, setBucket] = useState<string | null>(null)
  const [folder, setFolder] = useState('')
  const [search, setSearch] = useState('')
  const open = (nextBucket: string | null, nextFolder: string) => {
    setBucket(nextBucket)
    setFolder(nextFolder)
    setSearch('')
  }
  const { data, error, isPending } = useQuery(listingQuery(bucket, folder + search))
  const buckets = (data?.buckets ?? []).filter((name) => name.startsWith(search))
  const isEmpty =
    data && buckets.length + data.prefixes.length + data.objects.length === 0 && !isPending
  const parts = folder.split('/').slice(0, -1)
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('intake:s3Title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Stack gap="sm">
        <Breadcrumbs>
          <Button variant="subtle" size="compact-sm" onClick={() => open(null, '')}>
            {t('intake:s3Buckets')}
          </Button>
          {bucket !== null && (
            <Button variant="subtle" size="compact-sm" onClick={() => open(bucket, '')}>
              {bucket}
            </Button>
          )}
          {parts.map((part, index) => (
            <Button
              key={index}
              variant="subtle"
              size="compact-sm"
              onClick={() => open(bucket, `${parts.slice(0, index + 1).join('/')}/`)}
            >
              {part}
            </Button>
          ))}
        </Breadcrumbs>
        <TextInput
          label={t('intake:s3Search')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {error && <ErrorNotice error={error} />}
        {isPending && !error && <Skeleton h={180} radius="md" />}
        {isEmpty && (
          <Text c="dimmed" size="sm" ta="center" py="lg">
            {t(bucket === null && search === '' ? 'intake:s3NoBuckets' : 'intake:s3Empty')}
          </Text>
        )}
        <Stack gap={2} mah={340} style={{ overflowY: 'auto' }}>
          {buckets.map((name) => (
            <Entry
              key={name}
              icon={<IconBucket size={18} aria-hidden />}
              text={name}
              label={t('intake:s3Open', { name })}
              onClick={() => open(name, '')}
            />
          ))}
          {data?.prefixes.map((prefix) => (
            <Entry
              key={prefix}
              icon={<IconFolder size={18} aria-hidden />}
              text={prefix.slice(folder.length)}
              label={t('intake:s3Open', { name: prefix })}
              onClick={() => open(bucket, prefix)}
            />
          ))}
          {data?.objects.map(({ key, sizeBytes }) => (
            <Entry
              key={key}
              icon={<IconFile size={18} aria-hidden />}
              text={key.slice(folder.length)}
              note={formatBytes(sizeBytes)}
              label={t('intake:s3Import', { name: key })}
              onClick={() => bucket !== null && onImport(bucket, key)}
            />
          ))}
        </Stack>
        {data?.isCut && (
          <Text size="sm" c="dimmed">
            {t('intake:s3Cut')}
          </Text>
        )}
      </Stack>
    </Modal>
  )
}

interface EntryProps {
  readonly icon: React.ReactNode
  readonly text: string
  readonly note?: string
  readonly label: string
  readonly onClick: () => void
}

function Entry({ icon, text, note, label, onClick }: EntryProps) {
  return (
    <Button
      variant="subtle"
      color="gray"
      justify="flex-start"
      fullWidth
      style={{ flexShrink: 0 }}
      leftSection={icon}
      rightSection={note && <Text size="xs">{note}</Text>}
      aria-label={label}
      onClick={onClick}
    >
      <Text size="sm" truncate>
        {text}
      </Text>
    </Button>
  )
}
