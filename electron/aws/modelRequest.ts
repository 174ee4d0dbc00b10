/** A container with its weights, as endpoints and transform jobs take it. */
import type { CreateModelCommandInput, Tag } from '@aws-sdk/client-sagemaker'
import type { EndpointVariant } from '../../shared/endpoint.ts'
import { vpcOf } from './requestParts.ts'
import type { Connection } from './workspace.ts'

export type ServedModel = Pick<EndpointVariant, 'modelName' | 'image' | 'modelUri' | 'environment'>

export function modelRequest(
  connection: Connection,
  { modelName, image, modelUri, environment }: ServedModel,
  tags: Tag[],
): CreateModelCommandInput {
  const vpc = vpcOf(connection)
  return {
    ModelName: modelName,
    ExecutionRoleArn: connection.roleArn,
    EnableNetworkIsolation: true,
    PrimaryContainer: {
      Image: image,
      ...(Object.keys(environment).length > 0 && { Environment: environment }),
      ...(modelUri.endsWith('.tar.gz')
        ? { ModelDataUrl: modelUri }
        : {
            ModelDataSource: {
              S3DataSource: {
                S3Uri: modelUri,
                S3DataType: 'S3Prefix',
                CompressionType: 'None',
              },
            },
          }),
    },
    ...(vpc && { VpcConfig: vpc }),
    Tags: tags,
  }
}
