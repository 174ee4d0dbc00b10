/** Before it costs money: whether the machines are there, what they cost, and what is left of the budget. */
import type { MachineCheck, Preflight, Quota } from '../../shared/cost.ts'
import { secondsBilled } from '../../shared/billed.ts'
import { AppError } from '../../shared/errors.ts'
import { trainingMachineFor } from '../../shared/machines.ts'
import { isTerminal, type Candidate, type ModelVersion } from '../../shared/model.ts'
import { currencyOf } from '../../shared/partition.ts'
import { firstCostOf, priceOfRun, startCost, type PlannedRun } from '../../shared/startCost.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import type { AwsWorkspace } from '../../shared/workspace.ts'
import {
  listDefaultQuotas,
  listQuotas,
  quotaName,
  requestIncrease,
  type Quotas,
} from '../aws/preflight/quotas.ts'
import type { OpenAccount } from '../aws/workspace.ts'
import type { WritableDb } from '../db/database.ts'
import type { Prices } from './prices.ts'
import { findRunCost, listRunCosts, saveRunCost, type RunCost } from '../db/runCosts.ts'

export interface PreflightOptions {
  readonly db: WritableDb
  readonly open: (workspaceId: string) => Promise<OpenAccount>
  readonly workspace: (id: string) => AwsWorkspace
  readonly prices: Prices
  /** Of endpoints since then; those that are there and those that are gone. */
  readonly endpointCosts: (workspaceId: string, sinceMs: number) => EndpointCosts
  readonly now: () => number
}

export interface EndpointCosts {
  readonly spent: number
  readonly committed: number
  /** An hour of each that is not in service yet and thus has cost nothing so far. */
  readonly starting: number
}

export interface ExpectedRun {
  readonly candidateId: string
  readonly run: PlannedRun
}

export interface WantedMachines {
  /** To train on. */
  readonly instanceTypes?: readonly string[]
  /** Spare ones, to train on. */
  readonly spotTypes?: readonly string[]
  /** Of endpoints, afterwards. */
  readonly hostingTypes?: readonly string[]
}

export interface PreflightService {
  /** What can't be looked up is left open; nothing here fails a start but the budget. */
  check(workspaceId: string, wanted: WantedMachines): Promise<Preflight>
  /** @returns AWS's word for the state of the request */
  requestIncrease(workspaceId: string, quotaCode: string, wanted: number): Promise<string>
  /**
   * The number that stood on the button has to fit into what is left of the month (shared/startCost.ts).
   *
   * @throws AppError BudgetExceeded, BudgetUsedUp
   */
  requireBudget(workspaceId: string, runs: readonly PlannedRun[]): Promise<void>
  /**
   * The same for what goes on until somebody ends it: an hour of it has to fit.
   *
   * @param perHour null: not known, and then something has to be left
   * @throws AppError BudgetExceeded, BudgetUsedUp
   */
  requireHour(workspaceId: string, perHour: number | null): void
  /** Counts what is billed by the token from its start on, as reckoned. Never rejects. */
  expect(workspaceId: string, runs: readonly ExpectedRun[]): Promise<void>
  /** Counts what the version's candidates cost so far. Never rejects. */
  count(version: ModelVersion): Promise<void>
}

/** Quotas and prices change rarely. */
const keptMs = 10 * 60_000

export function createPreflight(options: PreflightOptions): PreflightService {
  const { db, now } = options
  const quotas = new Map<string, { atMs: number; found: Promise<Quotas> }>()

  function kept(key: string, read: () => Promise<Quotas>): Promise<Quotas> {
    const known = quotas.get(key)
    if (known && now() - known.atMs < keptMs) return known.found
    const found = read()
    quotas.set(key, { atMs: now(), found })
    found.catch(() => quotas.delete(key))
    return found
  }

  /** The account's own value, or else AWS's default. */
  async function quotaOf(opened: OpenAccount, name: string): Promise<Quota | null> {
    const { workspaceId } = opened
    const own = await kept(`${workspaceId} own`, () => listQuotas(opened))
    if (own.has(name)) return own.get(name) ?? null
    return (await kept(`${workspaceId} default`, () => listDefaultQuotas(opened))).get(name) ?? null
  }

  async function checkMachine(
    opened: OpenAccount,
    instanceType: string,
    isSpot: boolean,
  ): Promise<MachineCheck> {
    const use = isSpot ? 'spot training job usage' : 'training job usage'
    const [{ hourly, from }, quota] = await Promise.all([
      options.prices.list(opened.workspaceId, 'Training'),
      quotaOf(opened, quotaName(instanceType, use)).catch(() => null),
    ])
    const pricePerHour = hourly[instanceType] ?? null
    return {
      instanceType,
      isSpot,
      pricePerHour,
      priceFrom: pricePerHour === null ? 'unknown' : from,
      isOffered: from === 'priceList' ? pricePerHour !== null : null,
      quota,
    }
  }

  async function hostingQuotasOf(
    opened: OpenAccount,
    types: readonly string[],
  ): Promise<Preflight['hostingQuotas']> {
    const found = await Promise.all(
      types.map(async (type) => {
        const quota = await quotaOf(opened, quotaName(type, 'endpoint usage')).catch(() => null)
        return quota ? [[type, quota] as const] : []
      }),
    )
    return Object.fromEntries(found.flat())
  }

  function moneyOf(
    workspaceId: string,
  ): Pick<Preflight, 'spent' | 'committed' | 'budget'> & Pick<EndpointCosts, 'starting'> {
    const month = new Date(now())
    const since = Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1)
    // What was billed in another region's currency can't be added to it.
    const currency = currencyOf(options.workspace(workspaceId).region)
    const costs = listRunCosts(db, workspaceId, since).filter((cost) => cost.currency === currency)
    const sum = (isEnded: boolean) =>
      costs
        .filter((cost) => cost.isEnded === isEnded)
        .reduce((total, { amount }) => total + amount, 0)
    const endpoints = options.endpointCosts(workspaceId, since)
    return {
      spent: sum(true) + endpoints.spent,
      committed: sum(false) + endpoints.committed,
      starting: endpoints.starting,
      budget: options.workspace(workspaceId).monthlyBudget,
    }
  }

  /**
   * What costs nothing more fits always. What is not known can't be held against what is left, but where nothing is, it
   * doesn't fit.
   *
   * @throws AppError BudgetExceeded, BudgetUsedUp
   */
  function requireLeft(workspaceId: string, cost: number | null): void {
    const { spent, committed, starting, budget } = moneyOf(workspaceId)
    if (budget === null || (cost !== null && cost <= 0)) return
    const left = Math.max(0, budget - spent - committed - starting)
    if (cost === null) {
      if (left > 0) return
      throw new AppError('BudgetUsedUp', 'Nothing is left of the budget of this month')
    }
    if (cost <= left) return
    const currency = currencyOf(options.workspace(workspaceId).region)
    const said = (amount: number) => `${amount.toFixed(2)} ${currency}`
    throw new AppError('BudgetExceeded', 'The budget of this month does not suffice', {
      details: { cost: said(cost), left: said(left) },
    })
  }

  return {
    async check(workspaceId, { instanceTypes = [], spotTypes = [], hostingTypes = [] }) {
      const opened = await options.open(workspaceId)
      const { hourly, from } = await options.prices.list(workspaceId, 'Hosting')
      const { spent, committed, budget } = moneyOf(workspaceId)
      return {
        currency: currencyOf(opened.region),
        machines: await Promise.all([
          ...instanceTypes.map((type) => checkMachine(opened, type, false)),
          ...spotTypes.map((type) => checkMachine(opened, type, true)),
        ]),
        hosting: Object.fromEntries(
          hostingTypes.flatMap((type) =>
            hourly[type] === undefined ? [] : [[type, hourly[type]]],
          ),
        ),
        hostingFrom: from,
        hostingQuotas: await hostingQuotasOf(opened, hostingTypes),
        storage: await options.prices.storage(workspaceId),
        spent,
        committed,
        budget,
      }
    },
    async requestIncrease(workspaceId, quotaCode, wanted) {
      return requestIncrease(await options.open(workspaceId), quotaCode, wanted)
    },
    async requireBudget(workspaceId, runs) {
      if (options.workspace(workspaceId).monthlyBudget === null) return
      const prices = await options.prices.list(workspaceId, 'Training')
      requireLeft(workspaceId, firstCostOf(startCost(runs, prices)))
    },
    requireHour: requireLeft,
    expect: (workspaceId, runs) => expectTokens(workspaceId, runs).catch(() => undefined),
    count: (version) => countVersion(version).catch(() => undefined),
  }

  async function expectTokens(workspaceId: string, runs: readonly ExpectedRun[]): Promise<void> {
    const prices = await options.prices.list(workspaceId, 'Training')
    for (const { candidateId, run } of runs) {
      const price = priceOfRun(run, prices)
      if (price.kind === 'hours' || price.tokens === null || price.price === null) continue
      saveRunCost(db, {
        candidateId,
        workspaceId,
        pricePerHour: 0,
        currency: prices.currency,
        reckonedIn: price.price.from === 'priceList' ? null : prices.region,
        billableSeconds: 0,
        pricePerThousandTokens: price.price.perThousand,
        tokens: price.tokens,
        isEnded: false,
        startedAtMs: now(),
      })
    }
  }

  /** What was reckoned stays where AWS does not tell what it billed. */
  function countTokens(candidate: Candidate, known: RunCost): void {
    if (!isTerminal(candidate.status)) return
    const { billed, trainingJobArn } = candidate
    const reckoned = trainingJobArn === null ? 0 : known.tokens
    const tokens = billed?.unit === 'tokens' ? billed.amount : reckoned
    saveRunCost(db, { ...known, tokens, isEnded: true })
  }

  /** What can't be counted now, the app being closed perhaps, is counted at the next look. */
  async function countVersion({ workspaceId, candidates }: ModelVersion): Promise<void> {
    for (const candidate of candidates) {
      const known = findRunCost(db, candidate.id)
      if (known?.isEnded) continue
      if (known && known.pricePerThousandTokens > 0) {
        countTokens(candidate, known)
        continue
      }
      const instanceType = machineOfCandidate(candidate)
      if (instanceType === null || candidate.startedAtMs === null) continue
      const price = known
        ? { perHour: known.pricePerHour, reckonedIn: known.reckonedIn }
        : await options
            .open(workspaceId)
            .then((opened) => options.prices.machine(opened.workspaceId, instanceType, 'Training'))
            .catch(() => null)
      if (price === null) continue
      saveRunCost(db, {
        candidateId: candidate.id,
        workspaceId,
        pricePerHour: price.perHour,
        currency: currencyOf(options.workspace(workspaceId).region),
        reckonedIn: price.reckonedIn,
        pricePerThousandTokens: 0,
        tokens: 0,
        // Spare machines are billed for less than they trained.
        billableSeconds:
          secondsBilled(candidate) ??
          candidate.trainingSeconds ??
          Math.max(0, (now() - candidate.startedAtMs) / 1000),
        isEnded: isTerminal(candidate.status),
        startedAtMs: candidate.startedAtMs,
      })
    }
  }
}

/** Autopilot's is assumed; null where none is rented. */
function machineOfCandidate({ cloud, baseModelId, parameterCount }: Candidate): string | null {
  if (cloud?.instanceType !== undefined) return cloud.instanceType
  return readBaseModelId(baseModelId).way === 'autopilot'
    ? trainingMachineFor(parameterCount ?? null)
    : null
}
