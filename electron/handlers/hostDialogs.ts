/** What only the window can do. */
export interface HostDialogs {
  chooseFile(): Promise<string | null>
  /** Tables to import; none when the dialog was closed. */
  chooseFiles(): Promise<readonly string[]>
  chooseModel(kind: 'file' | 'folder'): Promise<string | null>
  chooseFolder(): Promise<string | null>
  chooseSavePath(suggestedName: string): Promise<string | null>
  /** A project bundle. */
  chooseBundle(): Promise<string | null>
  /** Onto the clipboard. */
  copyText(text: string): void
  /** A page that needs nothing else, as a PDF document. */
  printPdf(html: string): Promise<Uint8Array>
}
