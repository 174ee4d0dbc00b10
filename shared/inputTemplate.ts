/** How a row's columns become the text that the model is asked: `Product: {product}\n\n{question}`. */

/** Every `{name}` that names one of the columns; other braces are text. */
export function columnsOf(template: string, columns: readonly string[]): string[] {
  return columns.filter((column) => template.includes(`{${column}}`))
}

/** Puts the columns of context above the question, each on a line of its own. */
export function inputTemplateOf(question: string, context: readonly string[]): string | undefined {
  if (context.length === 0) return undefined
  return `${context.map((column) => `${column}: {${column}}`).join('\n')}\n\n{${question}}`
}

/**
 * Fills the template literally, in one pass. A line whose columns are all empty is left out: "Product: " says nothing.
 *
 * @param valueOf the cell of a column; undefined for a name that is no column
 */
export function fillInput(
  template: string,
  valueOf: (column: string) => string | undefined,
): string {
  const lines = template.split('\n').flatMap((line) => {
    let columns = 0
    let filled = 0
    const text = line.replace(/\{([^{}]+)\}/g, (place, column: string) => {
      const value = valueOf(column)
      if (value === undefined) return place
      columns += 1
      if (value.trim() !== '') filled += 1
      return value
    })
    return columns > 0 && filled === 0 ? [] : [text]
  })
  return lines.join('\n').replace(/^\n+/, '')
}
