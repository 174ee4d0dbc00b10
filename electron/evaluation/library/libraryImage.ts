/**
 * The image that fmeval runs in: AWS's deep learning container for PyTorch on a CPU, which has Python and the largest of
 * fmeval's dependencies.
 * @see https://github.com/aws/sagemaker-python-sdk, image_uri_config/pytorch.json at a2481266 (August 2026): training 2.5.1
 */
import { AppError } from '../../../shared/errors.ts'
import { domainOf } from '../../../shared/partition.ts'

/** The account that holds the image, by region. Isolated regions are left out: the library is fetched from the internet. */
const registries: Readonly<Record<string, string>> = {
  'af-south-1': '626614931356',
  'ap-east-1': '871362719292',
  'ap-east-2': '975050140332',
  'ap-northeast-1': '763104351884',
  'ap-northeast-2': '763104351884',
  'ap-northeast-3': '364406365360',
  'ap-south-1': '763104351884',
  'ap-south-2': '772153158452',
  'ap-southeast-1': '763104351884',
  'ap-southeast-2': '763104351884',
  'ap-southeast-3': '907027046896',
  'ap-southeast-4': '457447274322',
  'ap-southeast-5': '550225433462',
  'ap-southeast-6': '633930458069',
  'ap-southeast-7': '590183813437',
  'ca-central-1': '763104351884',
  'ca-west-1': '204538143572',
  'cn-north-1': '727897471807',
  'cn-northwest-1': '727897471807',
  'eu-central-1': '763104351884',
  'eu-central-2': '380420809688',
  'eu-north-1': '763104351884',
  'eu-south-1': '692866216735',
  'eu-south-2': '503227376785',
  'eu-west-1': '763104351884',
  'eu-west-2': '763104351884',
  'eu-west-3': '763104351884',
  'il-central-1': '780543022126',
  'me-central-1': '914824155844',
  'me-south-1': '217643126080',
  'mx-central-1': '637423239942',
  'sa-east-1': '763104351884',
  'us-east-1': '763104351884',
  'us-east-2': '763104351884',
  'us-gov-east-1': '446045086412',
  'us-gov-west-1': '442386744353',
  'us-west-1': '763104351884',
  'us-west-2': '763104351884',
}

/** @throws AppError LibraryNotInRegion */
export function libraryImage(region: string): string {
  const account = registries[region]
  if (account === undefined)
    throw new AppError('LibraryNotInRegion', `There is no PyTorch image for ${region}`, {
      details: { region },
    })
  return `${account}.dkr.ecr.${region}.${domainOf(region)}/pytorch-training:2.5.1-cpu-py311`
}
