/** The cells that deploy the model, ask it, judge its answers and clean up. */
import { code, markdown, type NotebookCell } from './notebookCell.ts'
import type { NotebookFacts } from './notebookFacts.ts'
import { python } from './pythonValue.ts'

export function deploymentCells(facts: NotebookFacts): NotebookCell[] {
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
            "Arn": "arn:${facts.partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint",
            "RoleArn": ${python(facts.schedulerRoleArn)},
            "Input": json.dumps({"EndpointName": name}),
        },
    )
    print("The endpoint will be deleted in two hours.")
except scheduler.exceptions.ClientError as error:
    print("NOT PROTECTED from being forgotten:", error)

sagemaker.create_model(
    ModelName=name,
    ExecutionRoleArn=REQUEST["RoleArn"],
    EnableNetworkIsolation=True,
    PrimaryContainer={"Image": ${python(facts.hostingImage)}, "ModelDataUrl": model_uri},
)
sagemaker.create_endpoint_config(
    EndpointConfigName=name,
    ProductionVariants=[{
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InitialInstanceCount": 1,
        "InstanceType": ${python(facts.hostingInstanceType)},
    }],
)
sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
while True:
    endpoint = sagemaker.describe_endpoint(EndpointName=name)
    if endpoint["EndpointStatus"] != "Creating":
        break
    time.sleep(1 if os.environ.get("AWS_ENDPOINT_URL") else 30)
assert endpoint["EndpointStatus"] == "InService", endpoint.get("FailureReason")
print("In service")`),
    code(`TEMPLATE = ${python(facts.promptTemplate)}


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

export function evaluationCells(): NotebookCell[] {
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
    markdown(`## Clean-up

Endpoint first, for that is what costs; then what it was made of, and the schedule.`),
    code(`sagemaker.delete_endpoint(EndpointName=name)
while True:
    try:
        sagemaker.describe_endpoint(EndpointName=name)
    except sagemaker.exceptions.ClientError:
        break
    time.sleep(1 if os.environ.get("AWS_ENDPOINT_URL") else 10)
sagemaker.delete_endpoint_config(EndpointConfigName=name)
sagemaker.delete_model(ModelName=name)
try:
    scheduler.delete_schedule(Name=f"stop-{name}")
except scheduler.exceptions.ClientError:
    pass
print("Nothing of this run costs anything any more. The trained model stays at", model_uri)`),
  ]
}
