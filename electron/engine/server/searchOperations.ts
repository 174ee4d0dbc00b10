/** Search over what this engine has: training jobs, models, endpoints and the model registry. */
import { z } from 'zod'
import { describeEndpoint, describeModel } from './endpointOperations.ts'
import type { EngineContext } from './engineContext.ts'
import { describeGroup, describePackage } from './modelPackages.ts'
import { operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import {
  requireKnown,
  satisfies,
  searchExpressionSchema,
  valuesAt,
  type SearchRecord,
} from './searchExpression.ts'
import { validationError } from './serviceError.ts'
import { listTags } from './tagOperations.ts'
import { describeTrainingJob } from './trainingOperations.ts'

/** AWS's list; which of them this engine has is another matter. */
const resourceTypes = [
  'TrainingJob',
  'Experiment',
  'ExperimentTrial',
  'ExperimentTrialComponent',
  'Endpoint',
  'Model',
  'ModelPackage',
  'ModelPackageGroup',
  'Pipeline',
  'PipelineExecution',
  'FeatureGroup',
  'FeatureMetadata',
  'Image',
  'ImageVersion',
  'Project',
  'HyperParameterTuningJob',
  'ModelCard',
  'PipelineVersion',
  'Job',
  'HubContent',
] as const

interface Found {
  readonly arn: string
  /** Filters see it, and it stands in the answer. */
  readonly record: SearchRecord
}

interface Searched {
  readonly properties: readonly string[]
  find(context: EngineContext): Found[]
  /** Where the answer wraps the record once more. */
  wrap?(record: SearchRecord): SearchRecord
}

const searched: Readonly<Partial<Record<(typeof resourceTypes)[number], Searched>>> = {
  TrainingJob: {
    properties: [
      'TrainingJobName',
      'TrainingJobArn',
      'TrainingJobStatus',
      'SecondaryStatus',
      'SecondaryStatusTransitions',
      'FailureReason',
      'ModelArtifacts',
      'HyperParameters',
      'AlgorithmSpecification',
      'RoleArn',
      'InputDataConfig',
      'OutputDataConfig',
      'ResourceConfig',
      'StoppingCondition',
      'CreationTime',
      'TrainingStartTime',
      'TrainingEndTime',
      'LastModifiedTime',
      'FinalMetricDataList',
      'TrainingTimeInSeconds',
      'BillableTimeInSeconds',
      'EnableNetworkIsolation',
      'EnableInterContainerTrafficEncryption',
      'EnableManagedSpotTraining',
      'Metrics',
    ],
    find: (context) =>
      context.jobs.list().map((job) => ({
        arn: job.arn,
        record: describeTrainingJob(job, context.now()),
      })),
  },
  Endpoint: {
    properties: [
      'EndpointName',
      'EndpointArn',
      'EndpointConfigName',
      'EndpointStatus',
      'FailureReason',
      'CreationTime',
      'LastModifiedTime',
      'ProductionVariants',
    ],
    find: (context) =>
      context.endpoints.list().map((endpoint) => ({
        arn: endpoint.arn,
        record: describeEndpoint(context, endpoint),
      })),
  },
  Model: {
    properties: [
      'ModelName',
      'ModelArn',
      'PrimaryContainer',
      'Containers',
      'ExecutionRoleArn',
      'EnableNetworkIsolation',
      'CreationTime',
      'LastModifiedTime',
    ],
    find: (context) =>
      context.models.list().map((model) => ({ arn: model.arn, record: describeModel(model) })),
    wrap: (record) => ({ Model: record }),
  },
  ModelPackage: {
    properties: [
      'ModelPackageName',
      'ModelPackageGroupName',
      'ModelPackageVersion',
      'ModelPackageArn',
      'ModelPackageDescription',
      'ModelPackageRegistrationType',
      'ModelPackageStatus',
      'ModelApprovalStatus',
      'ApprovalDescription',
      'InferenceSpecification',
      'AdditionalInferenceSpecifications',
      'ModelMetrics',
      'MetadataProperties',
      'CustomerMetadataProperties',
      'ModelLifeCycle',
      'ModelCard',
      'Domain',
      'Task',
      'SourceUri',
      'CertifyForMarketplace',
      'CreationTime',
      'LastModifiedTime',
    ],
    find: (context) =>
      context.modelPackages.list().map((found) => ({
        arn: found.arn,
        record: describePackage(found),
      })),
  },
  ModelPackageGroup: {
    properties: [
      'ModelPackageGroupName',
      'ModelPackageGroupArn',
      'ModelPackageGroupDescription',
      'ModelPackageGroupStatus',
      'CreationTime',
      'LastModifiedTime',
    ],
    find: (context) =>
      context.modelPackageGroups.list().map((group) => ({
        arn: group.arn,
        record: describeGroup(group),
      })),
  },
}

export const searchOperations: Readonly<Record<string, Operation>> = {
  Search: operation(
    z.object({
      Resource: z.enum(resourceTypes),
      SearchExpression: searchExpressionSchema.optional(),
      SortBy: z.string().min(1).max(255).default('LastModifiedTime'),
      SortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
      MaxResults: z.number().int().min(1).max(100).default(10),
      NextToken: z.string().max(8192).optional(),
    }),
    (context, { Resource, SearchExpression, ...input }) => {
      const resource = searched[Resource]
      if (!resource) throw validationError(`There is no ${Resource} on this computer.`)
      const isKnown = (name: string) => name === 'Tags' || resource.properties.includes(name)
      requireKnown(input.SortBy, isKnown)
      // Once on nothing, so that an unknown property is refused however little there is to search.
      if (SearchExpression) satisfies({}, SearchExpression, isKnown)
      const found = resource
        .find(context)
        .map(({ arn, record }) => ({ record, tags: listTags(context, arn) }))
        .map(({ record, tags }) => ({ record, tags, facts: factsOf(record, tags) }))
        .filter(({ facts }) => !SearchExpression || satisfies(facts, SearchExpression, isKnown))
        .sort((a, b) => inOrder(sortKey(a.facts, input.SortBy), sortKey(b.facts, input.SortBy)))
      if (input.SortOrder === 'Descending') found.reverse()
      const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
      return {
        Results: page.map(({ record, tags }) => {
          const shown = { ...record, Tags: tags }
          return { [Resource]: resource.wrap ? resource.wrap(shown) : shown }
        }),
        TotalHits: { Value: found.length, Relation: 'EqualTo' },
        ...next,
      }
    },
  ),
}

/** What filters see: tags and final metrics by name, and a time of change where there is none but that of creation. */
function factsOf(
  record: SearchRecord,
  tags: readonly { readonly Key: string; readonly Value: string }[],
): SearchRecord {
  const metrics = valuesAt(record, 'FinalMetricDataList').flatMap((metric) =>
    typeof metric === 'object' && metric !== null && 'MetricName' in metric && 'Value' in metric
      ? [[String(metric.MetricName), metric.Value] as const]
      : [],
  )
  return {
    LastModifiedTime: record['CreationTime'],
    ...record,
    Tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
    Metrics: Object.fromEntries(metrics),
  }
}

function sortKey(facts: SearchRecord, property: string): string | number | undefined {
  const [value] = valuesAt(facts, property)
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

/** What has no such property stands before what has. */
function inOrder(a: string | number | undefined, b: string | number | undefined): number {
  if (a === b) return 0
  if (a === undefined || (b !== undefined && a < b)) return -1
  return 1
}
