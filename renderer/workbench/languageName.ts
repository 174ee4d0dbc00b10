/** A language's name as people of another one call it; `und` is what could not be told. */
export function languageName(code: string, language: string): string {
  const name = new Intl.DisplayNames(language, { type: 'language', fallback: 'code' }).of(code)
  return name ?? code
}
