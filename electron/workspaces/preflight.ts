/** Before it costs money: whether the machines are there, what they cost, and what is left of the budget. */
import type { MachineCheck, Preflight } from '../../shared/cost.ts'
import { secondsBilled } from '../../shared/billed.ts'
import { AppError } from '../../shared/errors.ts'
import { isTerminal, type ModelVersion } from '../../shared/model.ts'
import { currencyOf } from '../../shared/partition.ts'
import type { AwsWorkspace } from '../../shared/workspace.ts'
import {
  listDefaultQuotas,
  listQuotas,
  quotaName,
  requestIncrease,
  type Quota,
  type Quotas,
} from '../aws/preflight/quotas.ts'
import type { OpenAccount } from '../aws/workspace.ts'
import type { WritableDb } from '../db/database.ts'
import type { Prices } from './prices.ts'
import { findRunCost, listRunCosts, saveRunCost } from '../db/runCosts.ts'

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
}

export interface PreflightService {
  /** What can't be looked up is left open; nothing here fails a start but the budget. */
  check(
    workspaceId: string,
    instanceTypes: readonly string[],
    hostingTypes?: readonly string[],
  ): Promise<Preflight>
  /** @returns AWS's word for the state of the request */
  requestIncrease(workspaceId: string, quotaCode: string, wanted: number): Promise<string>
  /**
   * An hour of each machine has to fit into what is left of the month: what takes longer shows only while it is trained.
   *
   * @throws AppError BudgetExceeded
   */
  requireBudget(workspaceId: string, instanceTypes: readonly string[]): Promise<void>
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

  async function checkMachine(opened: OpenAccount, instanceType: string): Promise<MachineCheck> {
    const [{ hourly, from }, quota] = await Promise.all([
      options.prices.list(opened.workspaceId, 'Training'),
      quotaOf(opened, quotaName(instanceType, 'training job usage')).catch(() => null),
    ])
    const pricePerHour = hourly[instanceType] ?? null
    return {
      instanceType,
      pricePerHour,
      priceFrom: pricePerHour === null ? 'unknown' : from,
      isOffered: from === 'priceList' ? pricePerHour !== null : null,
      quota,
    }
  }

  function moneyOf(workspaceId: string): Pick<Preflight, 'spent' | 'committed' | 'budget'> {
    const month = new Date(now())
    const since = Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), 1)
    const costs = listRunCosts(db, workspaceId, since)
    const sum = (isEnded: boolean) =>
      costs
        .filter((cost) => cost.isEnded === isEnded)
        .reduce((total, { amount }) => total + amount, 0)
    const endpoints = options.endpointCosts(workspaceId, since)
    return {
      spent: sum(true) + endpoints.spent,
      committed: sum(false) + endpoints.committed,
      budget: options.workspace(workspaceId).monthlyBudget,
    }
  }

  return {
    async check(workspaceId, instanceTypes, hostingTypes = []) {
      const opened = await options.open(workspaceId)
      const { hourly } = await options.prices.list(workspaceId, 'Hosting')
      return {
        currency: currencyOf(opened.region),
        machines: await Promise.all(instanceTypes.map((type) => checkMachine(opened, type))),
        hosting: Object.fromEntries(
          hostingTypes.flatMap((type) =>
            hourly[type] === undefined ? [] : [[type, hourly[type]]],
          ),
        ),
        storage: await options.prices.storage(workspaceId),
        ...moneyOf(workspaceId),
      }
    },
    async requestIncrease(workspaceId, quotaCode, wanted) {
      return requestIncrease(await options.open(workspaceId), quotaCode, wanted)
    },
    async requireBudget(workspaceId, instanceTypes) {
      const { spent, committed, budget } = moneyOf(workspaceId)
      if (budget === null) return
      const opened = await options.open(workspaceId)
      const machines = await Promise.all(instanceTypes.map((type) => checkMachine(opened, type)))
      const cost = machines.reduce((sum, { pricePerHour }) => sum + (pricePerHour ?? 0), 0)
      if (spent + committed + cost <= budget) return
      const left = Math.max(0, budget - spent - committed)
      throw new AppError('BudgetExceeded', 'The budget of this month does not suffice', {
        details: { cost: cost.toFixed(2), left: left.toFixed(2) },
      })
    },
    count: (version) => countVersion(version).catch(() => undefined),
  }

  /** What can't be counted now, the app being closed perhaps, is counted at the next look. */
  async function countVersion({ workspaceId, candidates }: ModelVersion): Promise<void> {
    for (const candidate of candidates) {
      const instanceType = candidate.cloud?.instanceType
      if (instanceType === undefined || candidate.startedAtMs === null) continue
      const known = findRunCost(db, candidate.id)
      if (known?.isEnded) continue
      const price =
        known?.pricePerHour ??
        (await options
          .open(workspaceId)
          .then((opened) => checkMachine(opened, instanceType))
          .then(({ pricePerHour }) => pricePerHour)
          .catch(() => null))
      if (price === null) continue
      saveRunCost(db, {
        candidateId: candidate.id,
        workspaceId,
        pricePerHour: price,
        currency: currencyOf(options.workspace(workspaceId).region),
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
