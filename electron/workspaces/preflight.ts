/** Before it costs money: whether the machines are there, what they cost, and what is left of the budget. */
import { builtInPrice, builtInPricesAt } from '../../shared/builtInPrices.ts'
import type { MachineCheck, Preflight } from '../../shared/cost.ts'
import { AppError } from '../../shared/errors.ts'
import { currencyOf } from '../../shared/partition.ts'
import type { AwsWorkspace } from '../../shared/workspace.ts'
import { findPrice } from '../aws/preflight/prices.ts'
import { listQuotas, quotaName, requestIncrease, type Quota } from '../aws/preflight/quotas.ts'
import type { OpenAccount } from '../aws/workspace.ts'
import type { ReadableDb } from '../db/database.ts'
import { listRunCosts } from '../db/runCosts.ts'

export interface PreflightOptions {
  readonly db: ReadableDb
  readonly open: (workspaceId: string) => Promise<OpenAccount>
  readonly workspace: (id: string) => AwsWorkspace
  readonly now: () => number
}

export interface PreflightService {
  /** What can't be looked up is left open; nothing here fails a start but the budget. */
  check(workspaceId: string, instanceTypes: readonly string[]): Promise<Preflight>
  /** @returns AWS's word for the state of the request */
  requestIncrease(workspaceId: string, quotaCode: string, wanted: number): Promise<string>
  /** @throws AppError BudgetExceeded */
  requireBudget(workspaceId: string, cost: number): void
}

/** Quotas and prices change rarely. */
const keptMs = 10 * 60_000

export function createPreflight(options: PreflightOptions): PreflightService {
  const { db, now } = options
  const quotas = new Map<string, { atMs: number; found: Promise<ReadonlyMap<string, Quota>> }>()

  function quotasOf(opened: OpenAccount): Promise<ReadonlyMap<string, Quota>> {
    const known = quotas.get(opened.workspaceId)
    if (known && now() - known.atMs < keptMs) return known.found
    const found = listQuotas(opened)
    quotas.set(opened.workspaceId, { atMs: now(), found })
    found.catch(() => quotas.delete(opened.workspaceId))
    return found
  }

  async function checkMachine(opened: OpenAccount, instanceType: string): Promise<MachineCheck> {
    const currency = currencyOf(opened.region)
    const [listed, known] = await Promise.all([
      findPrice(opened, instanceType, 'Training', currency).catch(() => undefined),
      quotasOf(opened).catch(() => undefined),
    ])
    const table = listed === undefined ? builtInPrice(instanceType, opened.region) : undefined
    return {
      instanceType,
      pricePerHour: listed ?? table ?? null,
      priceFrom: listed ? 'priceList' : table === undefined ? 'unknown' : 'table',
      pricedAt: table === undefined ? null : builtInPricesAt,
      isOffered: listed === undefined ? null : listed !== null,
      quota: known?.get(quotaName(instanceType, 'training job usage')) ?? null,
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
    return {
      spent: sum(true),
      committed: sum(false),
      budget: options.workspace(workspaceId).monthlyBudget,
    }
  }

  return {
    async check(workspaceId, instanceTypes) {
      const opened = await options.open(workspaceId)
      return {
        currency: currencyOf(opened.region),
        machines: await Promise.all(instanceTypes.map((type) => checkMachine(opened, type))),
        ...moneyOf(workspaceId),
      }
    },
    async requestIncrease(workspaceId, quotaCode, wanted) {
      return requestIncrease(await options.open(workspaceId), quotaCode, wanted)
    },
    requireBudget(workspaceId, cost) {
      const { spent, committed, budget } = moneyOf(workspaceId)
      if (budget === null || spent + committed + cost <= budget) return
      const left = Math.max(0, budget - spent - committed)
      throw new AppError('BudgetExceeded', 'The budget of this month does not suffice', {
        details: { cost: cost.toFixed(2), left: left.toFixed(2) },
      })
    },
  }
}
