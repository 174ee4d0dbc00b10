/** The cells that deploy the model, ask it, judge its answers and clean up. */
import { code, markdown, type NotebookCell } from './notebookCell.ts'
import type { NotebookFacts, NotebookServing } from './notebookFacts.ts'
import { python } from './pythonValue.ts'

export function deploymentCells(facts: NotebookFacts): NotebookCell[] {
  switch (facts.serving.kind) {
    case 'endpoint':
      return endpointCells(facts, facts.serving)
    case 'bedrockOnDemand':
      return onDemandCells(facts)
    case 'bedrockThroughput':
      return [
        markdown(`## Deployment

Bedrock serves a customized model of this kind with provisioned throughput only, which is bought by the hour
(\`create_provisioned_model_throughput\`). This notebook does not buy it, so that the model is not asked here.`),
      ]
  }
}

type EndpointServing = Extract<NotebookServing, { kind: 'endpoint' }>

function endpointCells(
  { way, partition, promptTemplate }: NotebookFacts,
  { image, environment, instanceType, schedulerRoleArn }: EndpointServing,
): NotebookCell[] {
  const servedWith =
    way === 'autopilot'
      ? ''
      : `image, environment = ${python(image)}, ${python(environment)}
`
  return [
    markdown(`## Deployment

The endpoint costs by the hour while it is there. A schedule that deletes it in two hours is set **before** it is made; if
that is not allowed, the notebook says so and goes on, and the clean-up at its end matters all the more.`),
    code(`name = f"timbre-notebook-{RUN}"
try:
    scheduler.create_schedule(
        Name=f"stop-{name}",
        ScheduleExpression=(datetime.now(timezone.utc) + timedelta(hours=2)).strftime("at(%Y-%m-%dT%H:%M:%S)"),
        ScheduleExpressionTimezone="UTC",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": "arn:${partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint",
            "RoleArn": ${python(schedulerRoleArn)},
            "Input": json.dumps({"EndpointName": name}),
        },
    )
    print("The endpoint will be deleted in two hours.")
except scheduler.exceptions.ClientError as error:
    print("NOT PROTECTED from being forgotten:", error)

${servedWith}container = {"Image": image, "Environment": environment}
if model_uri.endswith(".tar.gz"):
    container["ModelDataUrl"] = model_uri
else:
    container["ModelDataSource"] = {
        "S3DataSource": {"S3Uri": model_uri, "S3DataType": "S3Prefix", "CompressionType": "None"}
    }
sagemaker.create_model(
    ModelName=name,
    ExecutionRoleArn=REQUEST["RoleArn"],
    EnableNetworkIsolation=True,
    PrimaryContainer=container,
)
sagemaker.create_endpoint_config(
    EndpointConfigName=name,
    ProductionVariants=[{
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InitialInstanceCount": 1,
        "InstanceType": ${python(instanceType)},
    }],
)
sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
while True:
    endpoint = sagemaker.describe_endpoint(EndpointName=name)
    if endpoint["EndpointStatus"] != "Creating":
        break
    time.sleep(POLL_SECONDS)
assert endpoint["EndpointStatus"] == "InService", endpoint.get("FailureReason")
print("In service")`),
    code(`TEMPLATE = ${python(promptTemplate)}


def ask(question, max_new_tokens=64):
    response = runtime.invoke_endpoint(
        EndpointName=name,
        ContentType="application/json",
        Body=json.dumps({
            "inputs": TEMPLATE.replace("{prompt}", question, 1),
            "parameters": {"max_new_tokens": max_new_tokens, "do_sample": False},
        }),
    )
    answer = json.loads(response["Body"].read())
    return (answer[0] if isinstance(answer, list) else answer)["generated_text"].strip()


print(validation_rows[0]["prompt"])
print(ask(validation_rows[0]["prompt"]))`),
  ]
}

function onDemandCells({ promptTemplate }: NotebookFacts): NotebookCell[] {
  return [
    markdown(`## Deployment

Bedrock serves this model on demand: a deployment costs nothing while it is not asked.`),
    code(`created = bedrock.create_custom_model_deployment(
    modelDeploymentName=job_name, modelArn=model_arn, clientRequestToken=job_name
)
deployment_arn = created["customModelDeploymentArn"]
while True:
    deployment = bedrock.get_custom_model_deployment(customModelDeploymentIdentifier=deployment_arn)
    if deployment["status"] != "Creating":
        break
    time.sleep(POLL_SECONDS)
assert deployment["status"] == "Active", deployment.get("failureMessage")
print("In service")`),
    code(`TEMPLATE = ${python(promptTemplate)}


def ask(question, max_new_tokens=64):
    response = bedrock_runtime.converse(
        modelId=deployment_arn,
        messages=[{"role": "user", "content": [{"text": TEMPLATE.replace("{prompt}", question, 1)}]}],
        inferenceConfig={"maxTokens": max_new_tokens, "temperature": 0},
    )
    return "".join(part.get("text", "") for part in response["output"]["message"]["content"]).strip()


print(validation_rows[0]["prompt"])
print(ask(validation_rows[0]["prompt"]))`),
  ]
}

/** None where nothing can be asked. */
export function evaluationCells({ serving }: NotebookFacts): NotebookCell[] {
  if (serving.kind === 'bedrockThroughput') return []
  return [
    markdown(`## Evaluation

Up to twenty rows that were held back: how many of the words of each answer and its reference are the same (token F1).`),
    code(`from collections import Counter


def token_f1(answer, reference):
    given, wanted = re.findall(r"\\w+", answer.lower()), re.findall(r"\\w+", reference.lower())
    same = sum((Counter(given) & Counter(wanted)).values())
    return 0.0 if same == 0 else 2 * same / (len(given) + len(wanted))


judged = [
    (row["prompt"], row["completion"], ask(row["prompt"]))
    for row in validation_rows[:20]
    if row["prompt"].strip()
]
scores = [token_f1(answer, reference) for _, reference, answer in judged]
print(f"{len(scores)} rows, mean token F1 {sum(scores) / len(scores):.3f}")
for (prompt, reference, answer), score in sorted(zip(judged, scores), key=lambda pair: pair[1])[:3]:
    print(f"\\n{score:.2f}  {prompt}\\n      expected: {reference}\\n      answered: {answer}")`),
  ]
}

export function cleanUpCells({ serving }: NotebookFacts): NotebookCell[] {
  switch (serving.kind) {
    case 'endpoint':
      return [
        markdown(`## Clean-up

Endpoint first, for that is what costs; then what it was made of, and the schedule.`),
        code(`sagemaker.delete_endpoint(EndpointName=name)
while True:
    try:
        sagemaker.describe_endpoint(EndpointName=name)
    except sagemaker.exceptions.ClientError:
        break
    time.sleep(POLL_SECONDS)
sagemaker.delete_endpoint_config(EndpointConfigName=name)
sagemaker.delete_model(ModelName=name)
try:
    scheduler.delete_schedule(Name=f"stop-{name}")
except scheduler.exceptions.ClientError:
    pass
print("Nothing of this run costs anything any more. The trained model stays at", model_uri)`),
      ]
    case 'bedrockOnDemand':
      return [
        markdown(`## Clean-up

The deployment first; then, where it is not wanted any more, the model, whose storage Bedrock charges by the month.`),
        code(`bedrock.delete_custom_model_deployment(customModelDeploymentIdentifier=deployment_arn)
print("The deployment is deleted.")`),
        code(deleteModel),
      ]
    case 'bedrockThroughput':
      return [
        markdown(`## Clean-up

Bedrock charges the model's storage by the month: set \`KEEP_MODEL\` to \`False\` to delete it.`),
        code(deleteModel),
      ]
  }
}

const deleteModel = `KEEP_MODEL = True
if KEEP_MODEL:
    print("The trained model stays, and its storage is charged:", model_arn)
else:
    bedrock.delete_custom_model(modelIdentifier=model_arn)
    print("The trained model is deleted.")`
