/** Values as typed, held against the base model's fields. */
import { AppError } from '../../shared/errors.ts'
import type { BaseModel, HyperparameterField } from '../../shared/model.ts'

/**
 * @returns the wire map, defaults filled in
 * @throws AppError HyperparameterInvalid naming the field and its range
 */
export function completeHyperparameters(
  baseModel: BaseModel,
  typed: Readonly<Record<string, string>>,
): Record<string, string> {
  const known = new Map(baseModel.hyperparameters.map((field) => [field.name, field]))
  const unknown = Object.keys(typed).find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw new AppError('HyperparameterInvalid', `${baseModel.id} has no setting "${unknown}"`, {
      details: { field: unknown, range: '' },
    })
  }
  return Object.fromEntries(
    baseModel.hyperparameters.map((field) => {
      const value = (typed[field.name] ?? field.default).trim()
      if (!isAllowed(field, value)) {
        throw new AppError('HyperparameterInvalid', `"${value}" is not a ${field.name}`, {
          details: { field: field.name, value, range: rangeOf(field) },
        })
      }
      return [field.name, value]
    }),
  )
}

function isAllowed(field: HyperparameterField, value: string): boolean {
  if (field.options) return field.options.includes(value)
  if (field.type === 'text') return true
  const number = Number(value)
  return (
    value !== '' &&
    Number.isFinite(number) &&
    (field.type !== 'int' || Number.isInteger(number)) &&
    number >= (field.min ?? -Infinity) &&
    number <= (field.max ?? Infinity)
  )
}

function rangeOf(field: HyperparameterField): string {
  if (field.options) return field.options.join(', ')
  return field.min !== undefined && field.max !== undefined ? `${field.min} – ${field.max}` : ''
}
