/** What a start at AWS costs: the number on its button, the arithmetic of its review, and what has to fit into the budget. */
import { roughSeconds } from './cloudTime.ts'
import type { PriceList } from './cost.ts'
import type { SecondsRange } from './duration.ts'
import { trainingMachineFor } from './machines.ts'
import type { BaseModel } from './model.ts'
import { meaningOf } from './moveSettings.ts'
import { tokenPriceOf, type TokenPrice } from './tokenPrices.ts'
import type { CloudChoice } from './trainingWay.ts'

export type StartPrices = Pick<
  PriceList,
  'currency' | 'hourly' | 'perThousandTokens' | 'from' | 'region'
>

export interface RentedMachine {
  readonly type: string
  readonly isSpot: boolean
  /** AWS chooses it and does not say which: this is one that would do. */
  readonly isAssumed: boolean
}

/** Null: none is rented, for AWS bills by the token. */
export function machineOf(
  { cloud, parameterCount }: Pick<BaseModel, 'cloud' | 'parameterCount'>,
  choice: CloudChoice | undefined,
): RentedMachine | null {
  const type = choice?.instanceType ?? cloud?.instanceTypes[0]
  if (type !== undefined) return { type, isSpot: choice?.spot === true, isAssumed: false }
  return cloud?.billing === 'instanceHours'
    ? { type: trainingMachineFor(parameterCount), isSpot: false, isAssumed: true }
    : null
}

/** How often all training rows are read. */
export function epochsOf(
  settings: Readonly<Record<string, string>>,
  { hyperparameters }: Pick<BaseModel, 'hyperparameters'>,
): number {
  const field = hyperparameters.find(({ name }) => meaningOf(name) === 'epochs')
  return field ? Number(settings[field.name] ?? field.default) : 1
}

/** One base model of a start. */
export interface PlannedRun {
  readonly model: BaseModel
  readonly choice: CloudChoice | undefined
  readonly settings: Readonly<Record<string, string>>
  /** Of all training rows, once; null: not counted yet. An estimate. */
  readonly trainingTokens: number | null
}

/** Null where AWS bills by the token, or nobody knows the model's size or has counted yet. */
export function reckonedSeconds({
  model,
  choice,
  settings,
  trainingTokens,
}: PlannedRun): SecondsRange | null {
  const machine = machineOf(model, choice)
  if (!machine || trainingTokens === null) return null
  return roughSeconds({
    instanceType: machine.type,
    parameterCount: model.parameterCount,
    trainingTokens,
    epochs: epochsOf(settings, model),
  })
}

export type RunPrice =
  | {
      readonly kind: 'hours'
      readonly machine: RentedMachine
      /** Null: not known. */
      readonly perHour: number | null
      /** The region for which it was reckoned without AWS's list; null: AWS's list told it. */
      readonly reckonedIn: string | null
    }
  | {
      readonly kind: 'tokens'
      /** In all epochs together; null: not counted yet. */
      readonly tokens: number | null
      /** Null: not known. */
      readonly price: TokenPrice | null
      /** Null: one of the two is missing. */
      readonly amount: number | null
    }

export function priceOfRun(
  { model, choice, settings, trainingTokens }: PlannedRun,
  prices: StartPrices,
): RunPrice {
  const machine = machineOf(model, choice)
  if (machine)
    return {
      kind: 'hours',
      machine,
      perHour: prices.hourly[machine.type] ?? null,
      reckonedIn: prices.from === 'table' ? prices.region : null,
    }
  const tokens = trainingTokens === null ? null : trainingTokens * epochsOf(settings, model)
  const price = tokenPriceOf(model, prices)
  const amount = tokens === null || !price ? null : costOfTokens(tokens, price.perThousand)
  return { kind: 'tokens', tokens, price, amount }
}

export function costOfTokens(tokens: number, perThousand: number): number {
  return (tokens / 1000) * perThousand
}

export interface StartCost {
  /** Of all machines whose price is known, together; null: of none. */
  readonly hourly: number | null
  /** A machine is assumed, or its price was reckoned without AWS's list. */
  readonly isHourlyAbout: boolean
  /** Of all tokens whose price is known; null: of none. */
  readonly forTokens: number | null
  /** There is something to count before a price can be told. */
  readonly isCounting: boolean
}

export function startCost(runs: readonly PlannedRun[], prices: StartPrices): StartCost {
  const all = runs.map((run) => priceOfRun(run, prices))
  const hours = all.flatMap((one) =>
    one.kind === 'hours' && one.perHour !== null
      ? [{ amount: one.perHour, isAbout: one.machine.isAssumed || one.reckonedIn !== null }]
      : [],
  )
  const tokens = all.flatMap((one) => (one.kind === 'tokens' && one.amount !== null ? [one] : []))
  const sum = (amounts: readonly number[]) =>
    amounts.length === 0 ? null : amounts.reduce((total, amount) => total + amount, 0)
  return {
    hourly: sum(hours.map(({ amount }) => amount)),
    isHourlyAbout: hours.some(({ isAbout }) => isAbout),
    forTokens: sum(tokens.map(({ amount }) => amount ?? 0)),
    isCounting: all.some((one) => one.kind === 'tokens' && one.tokens === null),
  }
}

/**
 * What has to fit into the budget: an hour of each machine, and all tokens. What takes longer shows only while it trains.
 * Null: no price at all is known.
 */
export function firstCostOf({ hourly, forTokens }: StartCost): number | null {
  return hourly === null && forTokens === null ? null : (hourly ?? 0) + (forTokens ?? 0)
}
