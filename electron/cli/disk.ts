/** `timbre disk`: what takes space, and the bin. */
import { Argument, type Command } from 'commander'
import { formatBytes } from '../../shared/bytes.ts'
import {
  binDays,
  diskCacheSchema,
  diskItemKindSchema,
  type DiskCache,
  type DiskItemRef,
  type DiskLedger,
} from '../../shared/diskLedger.ts'
import type { DiskService } from '../disk/diskService.ts'
import { withServices, type CommandContext } from './commandContext.ts'

type ContextOf = (command: Command) => CommandContext

export function addDiskCommands(program: Command, contextOf: ContextOf): void {
  const disk = program
    .command('disk')
    .option('--json', 'one JSON document')
    .action((_options, command: Command) =>
      withDisk(contextOf(command), (service) => service.describe(), showLedger),
    )
  const onItem = (
    name: 'delete' | 'restore' | 'erase',
    show: (context: CommandContext, ledger: DiskLedger, item: DiskItemRef) => void,
  ) =>
    disk
      .command(name)
      .addArgument(new Argument('<kind>').choices(diskItemKindSchema.options))
      .argument('<id>')
      .action((kind: DiskItemRef['kind'], id: string, _options, command: Command) =>
        withDisk(
          contextOf(command),
          (service) => service[name]({ kind, id }),
          (context, ledger) => show(context, ledger, { kind, id }),
        ),
      )
  onItem('delete', (context, _, item) =>
    context.print(
      context.t('disk:cli.deleted', { name: `${item.kind} ${item.id}`, count: binDays }),
    ),
  )
  onItem('restore', (context, _, item) =>
    context.print(context.t('disk:cli.restored', { name: `${item.kind} ${item.id}` })),
  )
  onItem('erase', (context, ledger) =>
    context.print(context.t('disk:cli.erased', { free: formatBytes(ledger.freeBytes) })),
  )
  disk
    .command('clear')
    .addArgument(new Argument('<cache>').choices(diskCacheSchema.options))
    .action((cache: DiskCache, _options, command: Command) =>
      withDisk(
        contextOf(command),
        (service) => service.clear(cache),
        (context, ledger) =>
          context.print(context.t('disk:cli.cleared', { free: formatBytes(ledger.freeBytes) })),
      ),
    )
}

function withDisk(
  context: CommandContext,
  work: (disk: DiskService) => Promise<DiskLedger>,
  show: (context: CommandContext, ledger: DiskLedger) => void,
): Promise<void> {
  return withServices(context, async (services) => {
    // Without it the list is shorter, and says so.
    await services.engine.start().catch(() => undefined)
    const ledger = await work(services.disk)
    if (context.json) context.print(JSON.stringify(ledger))
    else show(context, ledger)
  })
}

function showLedger({ t, print }: CommandContext, ledger: DiskLedger): void {
  const line = (bytes: number, text: string) => print(`${formatBytes(bytes).padStart(10)}  ${text}`)
  const { directory, totalBytes, freeBytes } = ledger
  print(
    t('disk:cli.total', {
      directory,
      total: formatBytes(totalBytes),
      free: formatBytes(freeBytes),
    }),
  )
  if (!ledger.isComplete) print(t('disk:engineOff'))
  for (const { kind, id, name, detail, sizeBytes, held } of ledger.items) {
    const facts = [name, detail, held && t(`disk:held.${held}`)].filter((part) => part !== null)
    line(sizeBytes, `${kind} ${id}  ${facts.join(' · ')}`)
  }
  for (const { cache, sizeBytes } of ledger.caches)
    line(sizeBytes, `${cache}  ${t(`disk:cache.${cache}`)}`)
  line(ledger.otherBytes, t('disk:cli.other'))
  if (ledger.bin.length === 0) return
  print(t('disk:cli.binTitle'))
  for (const { kind, id, name, freesBytes } of ledger.bin)
    line(freesBytes, `${kind} ${id}  ${name}`)
}
