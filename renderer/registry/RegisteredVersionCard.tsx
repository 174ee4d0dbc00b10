import {
  Button,
  Card,
  Collapse,
  Group,
  Modal,
  Stack,
  Table,
  Text,
  Textarea,
  Title,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Approval, RegisteredVersion } from '../../shared/registry.ts'
import { invoke } from '../api.ts'
import { CopyBlock } from '../components/CopyBlock.tsx'
import { Tag, type Tone } from '../components/Tag.tsx'
import { showError } from '../components/showError.tsx'
import { DeployDialog } from '../endpoints/DeployDialog.tsx'
import { formatDate } from '../format.ts'

const tones: Record<Approval, Tone> = {
  PendingManualApproval: 'attention',
  Approved: 'good',
  Rejected: 'bad',
}

interface RegisteredVersionCardProps {
  readonly version: RegisteredVersion
  readonly workspaceId: string
}

export function RegisteredVersionCard({ version, workspaceId }: RegisteredVersionCardProps) {
  const { t, i18n } = useTranslation('ship')
  const [factsOpen, facts] = useDisclosure(false)
  const [deployOpen, deploy] = useDisclosure(false)
  const [decision, setDecision] = useState<Approval | null>(null)
  const candidateId = version.facts['timbre candidate']
  const name = t('registry.version', { number: version.version })
  return (
    <Card withBorder radius="lg" component="section" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Title order={2}>{name}</Title>
          <Text size="sm" c="dimmed">
            {[
              version.facts['model'],
              version.facts['base model'],
              formatDate(version.createdAtMs, i18n.language),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </div>
        <Tag tone={tones[version.approval]}>{t(`registry.approval.${version.approval}`)}</Tag>
      </Group>
      {version.description !== '' && <Text mt="xs">{version.description}</Text>}
      {version.comment !== '' && (
        <Text mt="xs" size="sm" c="dimmed">
          {t('registry.comment', { comment: version.comment })}
        </Text>
      )}
      <Group gap="xs" mt="md">
        {version.approval === 'Approved' && candidateId !== undefined && (
          <Button size="sm" onClick={deploy.open}>
            {t('registry.deploy')}
          </Button>
        )}
        {version.approval !== 'Approved' && (
          <Button size="sm" variant="default" onClick={() => setDecision('Approved')}>
            {t('registry.approve')}
          </Button>
        )}
        {version.approval !== 'Rejected' && (
          <Button size="sm" variant="default" onClick={() => setDecision('Rejected')}>
            {t('registry.reject')}
          </Button>
        )}
        <Button size="sm" variant="subtle" onClick={facts.toggle} aria-expanded={factsOpen}>
          {t('registry.lineage')}
        </Button>
      </Group>
      <Collapse expanded={factsOpen}>
        <Lineage version={version} />
      </Collapse>
      {decision !== null && (
        <DecisionDialog
          version={version}
          workspaceId={workspaceId}
          decision={decision}
          onClose={() => setDecision(null)}
        />
      )}
      {deployOpen && candidateId !== undefined && (
        <DeployDialog candidateId={candidateId} onClose={deploy.close} />
      )}
    </Card>
  )
}

function Lineage({ version }: { version: RegisteredVersion }) {
  const { t } = useTranslation('ship')
  return (
    <Stack mt="md" gap="sm">
      <Table>
        <Table.Tbody>
          {Object.entries(version.facts).map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w="40%">{inWords(name)}</Table.Th>
              <Table.Td className="invisible">{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <CopyBlock label={t('registry.arn')} text={version.arn} />
      {version.metricsUri !== null && (
        <CopyBlock label={t('registry.metrics')} text={version.metricsUri} />
      )}
    </Stack>
  )
}

/** `trainingLoss` as “training loss”; settings keep the names that training code knows. */
function inWords(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

interface DecisionDialogProps extends RegisteredVersionCardProps {
  readonly decision: Approval
  readonly onClose: () => void
}

function DecisionDialog({ version, workspaceId, decision, onClose }: DecisionDialogProps) {
  const { t } = useTranslation('ship')
  const client = useQueryClient()
  const [comment, setComment] = useState('')
  const decide = useMutation({
    mutationFn: () =>
      invoke('registry.approve', { workspaceId, arn: version.arn, approval: decision, comment }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['registryVersions'] })
      onClose()
    },
    onError: showError,
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`registry.decide.${decision}`)}
      centered
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Textarea
        label={t('registry.commentLabel')}
        description={t('registry.commentHint')}
        maxLength={1024}
        autosize
        minRows={2}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button loading={decide.isPending} onClick={() => decide.mutate()}>
          {t(`registry.confirm.${decision}`)}
        </Button>
      </Group>
    </Modal>
  )
}
