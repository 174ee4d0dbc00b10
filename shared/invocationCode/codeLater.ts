/**
 * Code that asks an endpoint which answers later: the question is put into S3, and its answer looked for there.
 * Whoever may not list a bucket is told 403 of an object that is missing, hence "not there yet" has two numbers.
 */
import { arnIn, domainOf } from '../partition.ts'
import { bodyOf, javaText, json, policyText, python } from './codeText.ts'
import type { CodeWriters, LaterFacts } from './facts.ts'

/** A model that scaled down to no machine needs some minutes until it answers. */
const looks = { everySeconds: 5, most: 720 }

export const codeLater: CodeWriters<LaterFacts> = {
  cli: (facts) => `#!/bin/sh
# AWS CLI, version 2. The answer is looked for every ${looks.everySeconds} seconds.
set -e
body=$(mktemp)
trap 'rm -f "$body"' EXIT
cat > "$body" <<'JSON'
${bodyOf(facts)}
JSON
question=${requestUri(facts, '$(date +%s)-$$')}
aws s3 cp --only-show-errors --region ${facts.region} --content-type application/json "$body" "$question"
set -- $(aws sagemaker-runtime invoke-endpoint-async \\
  --region ${facts.region} \\
  --endpoint-name ${facts.endpointName} \\
  --content-type application/json \\
  --input-location "$question" \\
  --query '[OutputLocation, FailureLocation]' --output text)
answer=$1
failure=$2
looked=0
until aws s3 cp --region ${facts.region} "$answer" - 2> /dev/null; do
  if aws s3 cp --quiet --region ${facts.region} "$failure" "$body" 2> /dev/null; then
    cat "$body" >&2
    exit 1
  fi
  looked=$((looked + 1))
  [ "$looked" -lt ${looks.most} ] || { echo "No answer came: $answer" >&2; exit 1; }
  sleep ${looks.everySeconds}
done
`,

  python: (
    facts,
  ) => `# Python with boto3. The answer is looked for every ${looks.everySeconds} seconds.
import json
import sys
import time
import uuid
from urllib.parse import urlparse

import boto3
from botocore.exceptions import ClientError

TEMPLATE = ${python(facts.promptTemplate)}
BUCKET = ${python(facts.bucket)}
REGION = ${python(facts.region)}


def read(s3, uri):
    place = urlparse(uri or "")
    if place.netloc == "":
        return None
    try:
        return s3.get_object(Bucket=place.netloc, Key=place.path[1:])["Body"].read().decode()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
            return None
        raise


def ask(question: str) -> str:
    s3 = boto3.client("s3", region_name=REGION)
${putQuestion(facts)}
    promise = boto3.client("sagemaker-runtime", region_name=REGION).invoke_endpoint_async(
        EndpointName=${python(facts.endpointName)},
        ContentType="application/json",
        InputLocation=f"s3://{BUCKET}/{key}",
    )
    for _ in range(${looks.most}):
        text = read(s3, promise["OutputLocation"])
        if text is not None:
            answer = json.loads(text)
            return (answer[0] if isinstance(answer, list) else answer)["generated_text"]
        failure = read(s3, promise.get("FailureLocation"))
        if failure is not None:
            raise RuntimeError(failure)
        time.sleep(${looks.everySeconds})
    raise TimeoutError(promise["OutputLocation"])


if __name__ == "__main__":
    print(ask(" ".join(sys.argv[1:]) or ${python(facts.example)}))
`,

  javascript: (
    facts,
  ) => `// JavaScript with the AWS SDK, version 3: npm install @aws-sdk/client-s3 @aws-sdk/client-sagemaker-runtime
// The answer is looked for every ${looks.everySeconds} seconds.
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  InvokeEndpointAsyncCommand,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime'

const template = ${json(facts.promptTemplate)}
const bucket = ${json(facts.bucket)}
const region = ${json(facts.region)}
const s3 = new S3Client({ region })
const client = new SageMakerRuntimeClient({ region })

export async function ask(question) {
  const key = \`${facts.requestPrefix}\${randomUUID()}.json\`
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      ContentType: 'application/json',
      Body: JSON.stringify({
        inputs: template.replace('{prompt}', () => question),
        parameters: { max_new_tokens: ${facts.maxNewTokens}, do_sample: false },
      }),
    }),
  )
  const { OutputLocation, FailureLocation } = await client.send(
    new InvokeEndpointAsyncCommand({
      EndpointName: ${json(facts.endpointName)},
      ContentType: 'application/json',
      InputLocation: \`s3://\${bucket}/\${key}\`,
    }),
  )
  for (let looked = 0; looked < ${looks.most}; looked += 1) {
    const text = await read(OutputLocation)
    if (text !== null) {
      const answer = JSON.parse(text)
      return (Array.isArray(answer) ? answer[0] : answer).generated_text
    }
    const failure = await read(FailureLocation)
    if (failure !== null) throw new Error(failure)
    await wait(${looks.everySeconds} * 1000)
  }
  throw new Error(\`No answer came: \${OutputLocation}\`)
}

async function read(uri) {
  if (!uri) return null
  const { host, pathname } = new URL(uri)
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: host, Key: pathname.slice(1) }))
    return await Body.transformToString()
  } catch (error) {
    if ([403, 404].includes(error.$metadata?.httpStatusCode)) return null
    throw error
  }
}

console.log(await ask(process.argv.slice(2).join(' ') || ${json(facts.example)}))
`,

  java: (
    facts,
  ) => `// Java with the AWS SDK, version 2: software.amazon.awssdk:s3 and software.amazon.awssdk:sagemakerruntime
// The answer is looked for every ${looks.everySeconds} seconds.
import java.net.URI;
import java.util.UUID;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClient;
import software.amazon.awssdk.services.sagemakerruntime.model.InvokeEndpointAsyncResponse;

public class Ask {
  public static void main(String[] arguments) throws InterruptedException {
    String body =
        ${javaText(bodyOf(facts))};
    String bucket = ${json(facts.bucket)};
    String key = ${json(facts.requestPrefix)} + UUID.randomUUID() + ".json";
    Region region = Region.of(${json(facts.region)});
    try (S3Client s3 = S3Client.builder().region(region).build();
        SageMakerRuntimeClient client = SageMakerRuntimeClient.builder().region(region).build()) {
      s3.putObject(
          request -> request.bucket(bucket).key(key).contentType("application/json"),
          RequestBody.fromString(body));
      InvokeEndpointAsyncResponse promise =
          client.invokeEndpointAsync(
              request ->
                  request
                      .endpointName(${json(facts.endpointName)})
                      .contentType("application/json")
                      .inputLocation("s3://" + bucket + "/" + key));
      for (int looked = 0; looked < ${looks.most}; looked += 1) {
        String answer = read(s3, promise.outputLocation());
        if (answer != null) {
          System.out.println(answer);
          return;
        }
        String failure = read(s3, promise.failureLocation());
        if (failure != null) throw new IllegalStateException(failure);
        Thread.sleep(${looks.everySeconds} * 1000L);
      }
      throw new IllegalStateException("No answer came: " + promise.outputLocation());
    }
  }

  private static String read(S3Client s3, String uri) {
    if (uri == null) return null;
    URI place = URI.create(uri);
    try {
      return s3.getObjectAsBytes(
              request -> request.bucket(place.getHost()).key(place.getPath().substring(1)))
          .asUtf8String();
    } catch (S3Exception error) {
      if (error.statusCode() == 403 || error.statusCode() == 404) return null;
      throw error;
    }
  }
}
`,

  curl: (facts) => `#!/bin/sh
# curl 7.88 or newer signs the requests (Signature Version 4) with the keys of the environment.
# The answer is looked for every ${looks.everySeconds} seconds.
set -e
runtime="\${AWS_ENDPOINT_URL:-https://runtime.sagemaker.${facts.region}.${domainOf(facts.region)}}"
bucket="\${AWS_ENDPOINT_URL:-https://s3.${facts.region}.${domainOf(facts.region)}}/${facts.bucket}"
headers=$(mktemp)
found=$(mktemp)
trap 'rm -f "$headers" "$found"' EXIT

signed() {
  service=$1
  shift
  curl --silent --show-error --fail-with-body \\
    --aws-sigv4 "aws:amz:${facts.region}:$service" \\
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
    \${AWS_SESSION_TOKEN:+--header "x-amz-security-token: $AWS_SESSION_TOKEN"} \\
    "$@"
}

# Of an object: 0 and its text in $found when it is there, 1 when it is not yet.
read_object() {
  status=$(signed s3 --header "x-amz-content-sha256: UNSIGNED-PAYLOAD" \\
    --output "$found" --write-out '%{http_code}' "$bucket/\${1#s3://${facts.bucket}/}" 2> /dev/null || true)
  case "$status" in
    200) return 0 ;;
    403 | 404) return 1 ;;
    *) cat "$found" >&2; exit 1 ;;
  esac
}

# Where SageMaker said that it will be.
location_of() {
  tr -d '\\r' < "$headers" | awk -F ': ' -v name="x-amzn-sagemaker-$1location" 'tolower($1) == name { print $2 }'
}

key="${facts.requestPrefix}$(date +%s)-$$.json"
signed s3 --request PUT --header "x-amz-content-sha256: UNSIGNED-PAYLOAD" \\
  --header "content-type: application/json" --data-binary @- "$bucket/$key" <<'JSON'
${bodyOf(facts)}
JSON
signed sagemaker --data "" --output /dev/null --dump-header "$headers" \\
  --header "x-amzn-sagemaker-content-type: application/json" \\
  --header "x-amzn-sagemaker-inputlocation: s3://${facts.bucket}/$key" \\
  "$runtime/endpoints/${facts.endpointName}/async-invocations"
answer=$(location_of output)
failure=$(location_of failure)
looked=0
until read_object "$answer"; do
  if [ -n "$failure" ] && read_object "$failure"; then cat "$found" >&2; exit 1; fi
  looked=$((looked + 1))
  [ "$looked" -lt ${looks.most} ] || { echo "No answer came: $answer" >&2; exit 1; }
  sleep ${looks.everySeconds}
done
cat "$found"
`,

  lambda: (
    facts,
  ) => `# AWS Lambda, Python 3.12 or newer; its role needs the policy shown beside this.
# Asked {"question": "..."} it answers {"answer": name, "failure": name} at once, and asked with those two it answers
# {"answer": text} as soon as there is one: a function that waits is paid for by the second.
import json
import os
import re
import uuid

import boto3
from botocore.exceptions import ClientError

TEMPLATE = ${python(facts.promptTemplate)}
BUCKET = ${python(facts.bucket)}
ANSWERS = ${python(facts.answerPrefix)}
FAILURES = ${python(facts.failurePrefix)}
s3 = boto3.client("s3")
client = boto3.client("sagemaker-runtime")


def lambda_handler(event, context):
    asked = json.loads(event.get("body") or "{}")
    if "question" in asked:
        return reply(202, begin(asked["question"]))
    names = {part: str(asked.get(part, "")) for part in ("answer", "failure")}
    # Names alone: nobody reads anything else through this function.
    if not all(re.fullmatch(r"[\\w-]+\\.out", name) for name in names.values()):
        return reply(400, {"error": "A question is needed, or what was answered to it."})
    text = read(ANSWERS + names["answer"])
    if text is not None:
        answer = json.loads(text)
        generated = (answer[0] if isinstance(answer, list) else answer)["generated_text"]
        return reply(200, {"answer": generated.strip()})
    failure = read(FAILURES + names["failure"])
    return reply(202, names) if failure is None else reply(502, {"error": failure})


def begin(question):
${putQuestion(facts)}
    promise = client.invoke_endpoint_async(
        EndpointName=os.environ.get("ENDPOINT_NAME", ${python(facts.endpointName)}),
        ContentType="application/json",
        InputLocation=f"s3://{BUCKET}/{key}",
    )
    return {
        "answer": promise["OutputLocation"].rsplit("/", 1)[1],
        "failure": promise["FailureLocation"].rsplit("/", 1)[1],
    }


def read(key):
    try:
        return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
            return None
        raise


def reply(status, body):
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, ensure_ascii=False),
    }
`,

  policy: (facts) => {
    const { endpointArn, region, bucket, requestPrefix, answerPrefix, kmsKeyArn } = facts
    const objects = (prefix: string) =>
      arnIn(region, { service: 's3', resource: `${bucket}/${prefix}*` })
    return policyText([
      {
        Sid: 'AskThisEndpoint',
        Effect: 'Allow',
        Action: 'sagemaker:InvokeEndpointAsync',
        Resource: endpointArn,
      },
      {
        Sid: 'PutQuestions',
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: objects(requestPrefix),
      },
      // Failures stand below the answers.
      {
        Sid: 'ReadAnswers',
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: objects(answerPrefix),
      },
      ...(kmsKeyArn === null
        ? []
        : [
            {
              Sid: 'Encryption',
              Effect: 'Allow',
              Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
              Resource: kmsKeyArn,
            },
          ]),
    ])
  },
}

/** Python, inside a function that has `question` and the client `s3`. */
function putQuestion(facts: LaterFacts): string {
  return `    key = f"${facts.requestPrefix}{uuid.uuid4()}.json"
    s3.put_object(
        Bucket=BUCKET,
        Key=key,
        ContentType="application/json",
        Body=json.dumps({
            "inputs": TEMPLATE.replace("{prompt}", question, 1),
            "parameters": {"max_new_tokens": ${facts.maxNewTokens}, "do_sample": False},
        }),
    )`
}

function requestUri({ bucket, requestPrefix }: LaterFacts, name: string): string {
  return `"s3://${bucket}/${requestPrefix}${name}.json"`
}
