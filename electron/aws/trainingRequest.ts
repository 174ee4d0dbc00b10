/** The request that a training job was made with, to make it again. */
import { DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

/** Its members as CreateTrainingJob takes them; without what AWS adds. @throws AppError NotFound */
export async function trainingRequestOf(
  { sageMaker }: AwsClients,
  jobName: string,
): Promise<Readonly<Record<string, unknown>>> {
  const job = await withAwsErrors(() =>
    sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
  )
  const members = {
    RoleArn: job.RoleArn,
    AlgorithmSpecification: job.AlgorithmSpecification && {
      TrainingImage: job.AlgorithmSpecification.TrainingImage,
      TrainingInputMode: job.AlgorithmSpecification.TrainingInputMode,
      MetricDefinitions: job.AlgorithmSpecification.MetricDefinitions,
    },
    HyperParameters: job.HyperParameters,
    InputDataConfig: job.InputDataConfig,
    OutputDataConfig: job.OutputDataConfig,
    ResourceConfig: job.ResourceConfig,
    StoppingCondition: job.StoppingCondition,
    EnableNetworkIsolation: job.EnableNetworkIsolation,
    VpcConfig: job.VpcConfig,
  }
  // JSON leaves out what is undefined, at every depth.
  return JSON.parse(JSON.stringify(members)) as Record<string, unknown>
}
