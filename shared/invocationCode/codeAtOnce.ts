/** Code that asks an endpoint which answers at once. */
import { domainOf } from '../partition.ts'
import { bodyOf, javaText, json, localNote, policyText, python, wakingNote } from './codeText.ts'
import type { CodeWriters, InvocationFacts } from './facts.ts'

export const codeAtOnce: CodeWriters = {
  cli: (facts) => `#!/bin/sh
# AWS CLI, version 2${localNote(facts, '#')}${wakingNote(facts, '#')}
set -e
body=$(mktemp)
answer=$(mktemp)
trap 'rm -f "$body" "$answer"' EXIT
cat > "$body" <<'JSON'
${bodyOf(facts)}
JSON
aws sagemaker-runtime invoke-endpoint \\
  --region ${facts.region} \\
  --endpoint-name ${facts.endpointName} \\${facts.component ? `\n  --inference-component-name ${facts.component.name} \\` : ''}
  --content-type application/json \\
  --body "fileb://$body" \\
  "$answer" > /dev/null
cat "$answer"
`,

  python: (facts) => `# Python with boto3${localNote(facts, '#')}${wakingNote(facts, '#')}
import json
import sys

import boto3

TEMPLATE = ${python(facts.promptTemplate)}


def ask(question: str) -> str:
    client = boto3.client("sagemaker-runtime", region_name=${python(facts.region)})
    response = client.invoke_endpoint(
        EndpointName=${python(facts.endpointName)},${pythonComponent(facts)}
        ContentType="application/json",
        Body=json.dumps({
            "inputs": TEMPLATE.replace("{prompt}", question, 1),
            "parameters": {"max_new_tokens": ${facts.maxNewTokens}, "do_sample": False},
        }),
    )
    answer = json.loads(response["Body"].read())
    return (answer[0] if isinstance(answer, list) else answer)["generated_text"]


if __name__ == "__main__":
    print(ask(" ".join(sys.argv[1:]) or ${python(facts.example)}))
`,

  javascript: (
    facts,
  ) => `// JavaScript with the AWS SDK, version 3: npm install @aws-sdk/client-sagemaker-runtime${localNote(facts, '//')}${wakingNote(facts, '//')}
import {
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime'

const template = ${json(facts.promptTemplate)}
const client = new SageMakerRuntimeClient({ region: ${json(facts.region)} })

export async function ask(question) {
  const { Body } = await client.send(
    new InvokeEndpointCommand({
      EndpointName: ${json(facts.endpointName)},${facts.component ? `\n      InferenceComponentName: ${json(facts.component.name)},` : ''}
      ContentType: 'application/json',
      Body: JSON.stringify({
        inputs: template.replace('{prompt}', () => question),
        parameters: { max_new_tokens: ${facts.maxNewTokens}, do_sample: false },
      }),
    }),
  )
  const answer = JSON.parse(new TextDecoder().decode(Body))
  return (Array.isArray(answer) ? answer[0] : answer).generated_text
}

console.log(await ask(process.argv.slice(2).join(' ') || ${json(facts.example)}))
`,

  java: (
    facts,
  ) => `// Java with the AWS SDK, version 2: software.amazon.awssdk:sagemakerruntime${localNote(facts, '//')}${wakingNote(facts, '//')}
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClient;
import software.amazon.awssdk.services.sagemakerruntime.model.InvokeEndpointRequest;

public class Ask {
  public static void main(String[] arguments) {
    String body =
        ${javaText(bodyOf(facts))};
    try (SageMakerRuntimeClient client =
        SageMakerRuntimeClient.builder().region(Region.of(${json(facts.region)})).build()) {
      InvokeEndpointRequest request =
          InvokeEndpointRequest.builder()
              .endpointName(${json(facts.endpointName)})${facts.component ? `\n              .inferenceComponentName(${json(facts.component.name)})` : ''}
              .contentType("application/json")
              .body(SdkBytes.fromUtf8String(body))
              .build();
      System.out.println(client.invokeEndpoint(request).body().asUtf8String());
    }
  }
}
`,

  curl: (facts) => `#!/bin/sh
# curl 7.75 or newer signs the request (Signature Version 4) with the keys of the environment.${wakingNote(facts, '#')}
set -e
url="\${AWS_ENDPOINT_URL:-https://runtime.sagemaker.${facts.region}.${domainOf(facts.region)}}"
curl --silent --show-error --fail-with-body \\
  --aws-sigv4 "aws:amz:${facts.region}:sagemaker" \\
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
  \${AWS_SESSION_TOKEN:+--header "x-amz-security-token: $AWS_SESSION_TOKEN"} \\
  --header "content-type: application/json" \\${facts.component ? `\n  --header "x-amzn-sagemaker-inference-component: ${facts.component.name}" \\` : ''}
  --data-binary @- \\
  "$url/endpoints/${facts.endpointName}/invocations" <<'JSON'
${bodyOf(facts)}
JSON
`,

  lambda: (
    facts,
  ) => `# AWS Lambda, Python 3.12 or newer; its role needs the policy shown beside this.${wakingNote(facts, '#')}
import json
import os

import boto3

TEMPLATE = ${python(facts.promptTemplate)}
client = boto3.client("sagemaker-runtime")


def lambda_handler(event, context):
    question = json.loads(event.get("body") or "{}").get("question", "")
    if not question:
        return {"statusCode": 400, "body": json.dumps({"error": "A question is needed."})}
    response = client.invoke_endpoint(
        EndpointName=os.environ.get("ENDPOINT_NAME", ${python(facts.endpointName)}),${pythonComponent(facts)}
        ContentType="application/json",
        Body=json.dumps({
            "inputs": TEMPLATE.replace("{prompt}", question, 1),
            "parameters": {"max_new_tokens": ${facts.maxNewTokens}, "do_sample": False},
        }),
    )
    answer = json.loads(response["Body"].read())
    text = (answer[0] if isinstance(answer, list) else answer)["generated_text"]
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"answer": text.strip()}, ensure_ascii=False),
    }
`,

  policy: ({ endpointArn, component }) =>
    policyText([
      {
        Sid: 'AskThisEndpoint',
        Effect: 'Allow',
        Action: ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointWithResponseStream'],
        Resource: component === null ? endpointArn : [endpointArn, component.arn],
      },
    ]),
}

function pythonComponent({ component }: InvocationFacts): string {
  return component === null ? '' : `\n        InferenceComponentName=${python(component.name)},`
}
