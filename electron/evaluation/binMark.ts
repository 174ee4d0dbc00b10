/** What is in the bin is not there, until it is put back or another takes its place. */
export interface BinMark {
  isInBin(): boolean
  leave(): void
}
