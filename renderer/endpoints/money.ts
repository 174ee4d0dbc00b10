/** Small amounts need more digits than a price tag has. */
export function formatMoney(amount: number, currency: string, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    maximumFractionDigits: amount > 0 && amount < 1 ? 3 : 2,
  }).format(amount)
}
