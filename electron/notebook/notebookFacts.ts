/** What a notebook is written from. */
export interface NotebookFacts {
  readonly title: string
  readonly baseModelName: string
  readonly region: string
  readonly isLocal: boolean
  readonly candidateId: string
  readonly datasetName: string
  readonly datasetSha256: string
  /** As CreateTrainingJob takes it, without its name. */
  readonly trainingRequest: Readonly<Record<string, unknown>>
  readonly hostingImage: string
  readonly hostingInstanceType: string
  readonly promptTemplate: string
  readonly schedulerRoleArn: string
  readonly partition: string
}
