/** `timbre run-in-aws`: a version of a model, trained once more in an account at AWS. */
import type { CutReason, CutRow } from '../../shared/cutRows.ts'
import { AppError } from '../../shared/errors.ts'
import { formatCount } from '../../shared/formats.ts'
import type { BaseModel, Model, ModelVersion } from '../../shared/model.ts'
import { changesOf } from '../../shared/moveChanges.ts'
import {
  completeMove,
  moveTarget,
  reasonsOf,
  runOf,
  suggestChoices,
  toMoveRequest,
  type MoveDraft,
  type MovePlan,
} from '../../shared/movePlan.ts'
import { priceOfRun, startCost, type StartPrices } from '../../shared/startCost.ts'
import { priceSourceSentences, startSentence } from '../../shared/startCostSentences.ts'
import type { CloudChoice } from '../../shared/trainingWay.ts'
import { localWorkspaceId, type AwsWorkspace } from '../../shared/workspace.ts'
import type { Services } from '../services.ts'
import { findAccount } from './account.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { findModel, unknown } from './findModel.ts'
import { createFollower, follow, requireOneCompleted, type Follower } from './follow.ts'
import { printResult } from './leaderboard.ts'

export interface RunInAwsOptions {
  /** Name or id. */
  readonly model: string
  /** Of a version that was trained on this computer; the newest when left out. */
  readonly number?: string
  /** Name or id. */
  readonly workspace: string
  /** Those that come along; all when left out. */
  readonly candidates?: string
  /** One for each candidate, in their order; the nearest ones when left out. */
  readonly models?: string
  readonly set: Readonly<Record<string, string>>
  readonly machine?: string
  readonly spot?: boolean
  readonly rows?: string
  readonly acceptLicences?: boolean
  readonly yes?: boolean
  readonly detach?: boolean
}

/** What is shown of the rows that lose something; a JSON document has all. */
const shownRows = 20
const pageOfRows = 500

/**
 * Says what changes, which rows lose something, and what it costs; starts it with `--yes` alone.
 *
 * @throws AppError InvalidRequest when it can't be started like this
 */
export async function runInAws(context: CommandContext, options: RunInAwsOptions): Promise<void> {
  const follower = createFollower()
  await withServices(
    context,
    (services) => moveVersion(context, services, options, follower),
    follower.publish,
  )
}

async function moveVersion(
  context: CommandContext,
  services: Services,
  options: RunInAwsOptions,
  follower: Follower,
): Promise<void> {
  const { t, json, print } = context
  const { model, version } = findVersion(services, options)
  const place = findAccount(services.workspaces.list(), options.workspace)
  const prices = await services.prices.list(place.id, 'Training')
  const moves = await planMoves(context, services, options, version, place)
  const machines = Object.fromEntries(moves.map(({ plan, choice }) => [plan.target.id, choice]))
  const draft: MoveDraft = {
    workspaceId: place.id,
    choices: [],
    machines,
    sampleRows: sampleRowsOf(options),
  }
  const plans = moves.map(({ plan }) => plan)
  const cost = startCost(
    plans.map((plan) => runOf(plan, machines[plan.target.id])),
    prices,
  )
  const button = startSentence(cost, prices.currency, services.language())
  if (!json) {
    print(t('cli:runInAws.title', { name: model.name, number: version.number, place: place.name }))
    for (const move of moves) await printMove(context, services, move, version, prices, draft)
    print('')
    print(t(button.key, button.values))
  }
  requireReady(context, plans)
  const request = toMoveRequest(draft, model, version, plans)
  const started = options.yes ? await services.startVersion(request) : null
  if (json) {
    const { currency } = prices
    const candidates = await Promise.all(
      moves.map(async ({ plan }) => ({
        candidateId: plan.candidate.id,
        baseModelId: plan.target.id,
        hyperparameters: plan.settings,
        price: priceOfRun(runOf(plan, machines[plan.target.id]), prices),
        counts: plan.cut.counts,
        rows: await allRows(services, version, plan, draft.sampleRows),
      })),
    )
    const { hourly, forTokens } = cost
    const versionId = started?.id ?? null
    print(JSON.stringify({ versionId, cost: { currency, hourly, forTokens }, candidates }))
    return
  }
  if (!started) {
    print(t('cli:runInAws.notStarted'))
    return
  }
  print(t('cli:runInAws.started', { name: model.name, number: started.number }))
  if (options.detach) return
  const ended = await follow(context, services, started, follower)
  printResult(context, ended, services.leaderboard(ended.id))
  requireOneCompleted(context, ended)
}

function findVersion(
  { db }: Services,
  { model: wanted, number: asked }: RunInAwsOptions,
): { model: Model; version: ModelVersion } {
  const model = findModel(db, wanted)
  // What is in an account already is not moved there.
  const versions = model.versions
    .filter(({ workspaceId }) => workspaceId === localWorkspaceId)
    .toSorted((a, b) => b.number - a.number)
  const found = asked ? versions.find(({ number }) => String(number) === asked) : versions[0]
  if (found) return { model, version: found }
  const names = versions.map(({ number }) => ({ name: String(number) }))
  throw unknown('version', asked ?? '', names)
}

function invalid(message: string): AppError {
  return new AppError('InvalidRequest', message, { details: { message } })
}

interface Move {
  readonly plan: MovePlan
  readonly choice: CloudChoice
  readonly acceptedAtMs: number | null
}

async function planMoves(
  context: CommandContext,
  services: Services,
  options: RunInAwsOptions,
  version: ModelVersion,
  place: AwsWorkspace,
): Promise<Move[]> {
  const connection = await services.connect(place.id)
  const local = await services.listBaseModels()
  const candidates = chosenCandidates(version, options.candidates)
  const wanted = options.models?.split(',').map((id) => id.trim())
  if (wanted && wanted.length !== candidates.length)
    throw invalid(`${candidates.length} candidates need as many base models: ${wanted.join(', ')}`)
  const suggested = wanted
    ? []
    : suggestChoices(candidates, local, (await services.catalog.list(connection)).baseModels)
  const moves: Move[] = []
  for (const [index, candidate] of candidates.entries()) {
    const baseModelId =
      wanted?.[index] ?? suggested.find((one) => one.candidateId === candidate.id)?.baseModelId
    if (baseModelId === undefined) throw invalid(`${place.name} offers no base model`)
    const { baseModel: target } = await services.catalog.describe(connection, baseModelId)
    const licence = await licenceOf(context, services, connection, target, options)
    const found = moveTarget(candidate, target, version, typedFor(target, options.set))
    const cut = await services.cutRows({
      versionId: version.id,
      mostTokens: found.mostTokens,
      ...sampleOf(options, version),
      reason: 'tokens',
      from: 0,
      count: 1,
    })
    const choice = {
      spot: options.spot === true && target.cloud?.canUseSpot === true,
      // A machine is for those that are trained on one.
      ...(options.machine !== undefined && target.cloud?.instanceTypes.length
        ? { instanceType: options.machine }
        : {}),
    }
    const { isLicensed, acceptedAtMs } = licence
    moves.push({ plan: completeMove(found, local, cut, isLicensed), choice, acceptedAtMs })
  }
  const unknownSetting = Object.keys(options.set).find((name) =>
    moves.every(({ plan }) => !plan.target.hyperparameters.some((field) => field.name === name)),
  )
  if (unknownSetting !== undefined) throw invalid(`No base model there has ${unknownSetting}`)
  return moves
}

function chosenCandidates(version: ModelVersion, ids: string | undefined) {
  if (ids === undefined) return version.candidates
  return ids.split(',').map((id) => {
    const candidate = version.candidates.find((one) => one.id === id.trim())
    if (candidate) return candidate
    throw unknown(
      'candidate',
      id,
      version.candidates.map((one) => ({ name: one.id })),
    )
  })
}

function typedFor(
  { hyperparameters }: BaseModel,
  set: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(set).filter(([name]) => hyperparameters.some((field) => field.name === name)),
  )
}

/** With `--accept-licences` its text is printed before it is noted as accepted. */
async function licenceOf(
  { t, json, print }: CommandContext,
  services: Services,
  connection: Awaited<ReturnType<Services['connect']>>,
  target: BaseModel,
  { acceptLicences }: RunInAwsOptions,
): Promise<{ isLicensed: boolean; acceptedAtMs: number | null }> {
  const licence = await services.licences.read(connection, target)
  if (!licence) return { isLicensed: true, acceptedAtMs: null }
  if (licence.acceptedAtMs !== null || !acceptLicences)
    return { isLicensed: licence.acceptedAtMs !== null, acceptedAtMs: licence.acceptedAtMs }
  if (!json) print(`${t('cli:runInAws.licence', { name: target.displayName })}\n${licence.text}\n`)
  const { acceptedAtMs } = await services.licences.accept(connection, target, licence.textSha256)
  return { isLicensed: true, acceptedAtMs }
}

function sampleRowsOf({ rows }: RunInAwsOptions): number | null {
  return rows === undefined ? null : Number(rows)
}

function sampleOf(options: RunInAwsOptions, version: ModelVersion): { sampleRows?: number } {
  const sampleRows = sampleRowsOf(options) ?? version.sampleRows
  return sampleRows ? { sampleRows } : {}
}

async function printMove(
  { t, print }: CommandContext,
  services: Services,
  { plan, choice, acceptedAtMs }: Move,
  version: ModelVersion,
  prices: StartPrices,
  draft: MoveDraft,
): Promise<void> {
  const language = services.language()
  const surroundings = { version, prices, machine: choice, acceptedAtMs }
  print('')
  for (const { key, here, there } of changesOf(plan, surroundings, t, language))
    print(`  ${t(`move:changes.${key}`)}: ${here} → ${there}`)
  for (const source of priceSourceSentences(priceOfRun(runOf(plan, choice), prices), language))
    print(`  ${t(source.key, source.values)}`)
  print(`  ${t('move:settings.title')}:`)
  for (const { from, to, meaning } of plan.moved)
    print(
      to
        ? `    ${from.name} ${from.value} → ${to.name} ${plan.settings[to.name] ?? to.value}`
        : `    ${from.name} ${from.value}: ${t(`move:without.${meaning}`)}`,
    )
  print(`  ${t('move:cut.title')}:`)
  const reasons = reasonsOf(plan.cut)
  if (reasons.length === 0) print(`    ${t('move:cut.none')}`)
  for (const reason of reasons) {
    const total = plan.cut.counts[reason]
    print(
      `    ${t(`move:cut.reason.${reason}`, { count: total, shown: formatCount(total, language) })}`,
    )
    const rows = await readRows(services, version, plan, draft.sampleRows, reason, 0, shownRows)
    for (const row of rows) print(`      ${describeRow(t, row)}`)
    if (total > rows.length)
      print(`      ${t('cli:runInAws.moreRows', { count: total - rows.length })}`)
  }
  if (plan.problem) print(`  ! ${t(`move:problem.${plan.problem}`)}`)
}

function describeRow(t: CommandContext['t'], { row, tokens, cut, beginning }: CutRow): string {
  const facts = [
    `${t('move:cut.row')} ${row}`,
    t('move:cut.tokens', { tokens }),
    ...(cut ? [t(`move:cut.in.${cut.in}`, { at: cut.at })] : []),
  ]
  return `${facts.join(' · ')}: ${beginning}`
}

async function readRows(
  services: Services,
  version: ModelVersion,
  { mostTokens }: MovePlan,
  sampleRows: number | null,
  reason: CutReason,
  from: number,
  count: number,
): Promise<readonly CutRow[]> {
  const sample = sampleRows ?? version.sampleRows
  const { rows } = await services.cutRows({
    versionId: version.id,
    mostTokens,
    ...(sample ? { sampleRows: sample } : {}),
    reason,
    from,
    count,
  })
  return rows
}

async function allRows(
  services: Services,
  version: ModelVersion,
  plan: MovePlan,
  sampleRows: number | null,
): Promise<{ reason: CutReason; rows: readonly CutRow[] }[]> {
  const all: { reason: CutReason; rows: readonly CutRow[] }[] = []
  for (const reason of reasonsOf(plan.cut)) {
    const rows: CutRow[] = []
    for (let from = 0; from < plan.cut.counts[reason]; from += pageOfRows)
      rows.push(...(await readRows(services, version, plan, sampleRows, reason, from, pageOfRows)))
    all.push({ reason, rows })
  }
  return all
}

/** @throws AppError InvalidRequest, in the words of the first problem */
function requireReady({ t }: CommandContext, plans: readonly MovePlan[]): void {
  const stopped = plans.find(({ problem }) => problem !== null)
  if (!stopped?.problem) return
  throw invalid(`${stopped.target.displayName}: ${t(`move:problem.${stopped.problem}`)}`)
}
