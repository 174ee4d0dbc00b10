/** What differs between the ways of training, in Python: where the data stands, the call, the wait, the curve. */
import type { TrainingWay } from '../../shared/trainingWay.ts'

interface JobCode {
  /** The name of the channel that is trained on. */
  readonly trainingChannel: 'training' | 'train'
  /** An expression: channel -> S3 address. */
  readonly channels: string
  /** An expression: below which S3 address the job put its output. */
  readonly outputUri: string
  /** Creates the job and waits; leaves `job` and `model_uri`, or `model_arn` with Bedrock. */
  readonly train: string
  /** Fills `series`: name -> values in order. */
  readonly curves: string
}

const name = `job_name = f"timbre-notebook-{RUN}"
request = json.loads(json.dumps(REQUEST))`

const trainingJob = `${name}
request["TrainingJobName"] = job_name
request["OutputDataConfig"]["S3OutputPath"] = output_uri
for channel in request["InputDataConfig"]:
    if channel["ChannelName"] in uploaded:
        channel["DataSource"]["S3DataSource"]["S3Uri"] = uploaded[channel["ChannelName"]]
if "MlflowConfig" in request:
    request["MlflowConfig"]["MlflowRunName"] = job_name
sagemaker.create_training_job(**request)

while True:
    job = sagemaker.describe_training_job(TrainingJobName=job_name)
    status = job["TrainingJobStatus"]
    if status in ("Completed", "Failed", "Stopped"):
        break
    time.sleep(POLL_SECONDS)
print(status, job.get("FailureReason", ""))
assert status == "Completed", job.get("FailureReason", status)`

const trainingJobChannels = (trainingChannel: string) => `{
    channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
    for channel in REQUEST["InputDataConfig"]
    if channel["ChannelName"] in ("${trainingChannel}", "validation")
}`

const logCurves = `

def log_lines(job_name):
    group = "/aws/sagemaker/TrainingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job_name + "/")
    for stream in streams["logStreams"]:
        token = None
        while True:
            extra = {"nextToken": token} if token else {}
            page = logs.get_log_events(
                logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True, **extra
            )
            for event in page["events"]:
                yield event["message"]
            if not page["events"] or page["nextForwardToken"] == token:
                break
            token = page["nextForwardToken"]


def log_series(job_name, definitions):
    """The values that the job's own metric definitions find in its log."""
    found_series = {definition["Name"]: [] for definition in definitions}
    for line in log_lines(job_name):
        for definition in definitions:
            found = re.search(definition["Regex"], line)
            if found:
                found_series[definition["Name"]].append(float(found.group(1)))
    return {name: values for name, values in found_series.items() if values}

`

export const jobCode: Readonly<Record<TrainingWay, JobCode>> = {
  jumpStart: {
    trainingChannel: 'training',
    channels: trainingJobChannels('training'),
    outputUri: 'REQUEST["OutputDataConfig"]["S3OutputPath"]',
    train: `${trainingJob}
model_uri = job["ModelArtifacts"]["S3ModelArtifacts"]`,
    curves: `${logCurves}
series = log_series(job_name, REQUEST["AlgorithmSpecification"].get("MetricDefinitions", []))
assert series, "The job logged no metrics."`,
  },

  autopilot: {
    trainingChannel: 'training',
    channels: `{
    channel["ChannelType"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
    for channel in REQUEST["AutoMLJobInputDataConfig"]
}`,
    outputUri: 'REQUEST["OutputDataConfig"]["S3OutputPath"]',
    train: `${name}
request["AutoMLJobName"] = job_name
request["OutputDataConfig"]["S3OutputPath"] = output_uri
for channel in request["AutoMLJobInputDataConfig"]:
    channel["DataSource"]["S3DataSource"]["S3Uri"] = uploaded[channel["ChannelType"]]
sagemaker.create_auto_ml_job_v2(**request)

while True:
    job = sagemaker.describe_auto_ml_job_v2(AutoMLJobName=job_name)
    status = job["AutoMLJobStatus"]
    if status in ("Completed", "Failed", "Stopped"):
        break
    time.sleep(POLL_SECONDS)
print(status, job.get("FailureReason", ""))
assert status == "Completed", job.get("FailureReason", status)

# Autopilot says itself what its model is served with, in one of two places.
best = job["BestCandidate"]
by_processor = best.get("InferenceContainerDefinitions", {})
containers = [
    *best.get("InferenceContainers", []),
    *by_processor.get("GPU", []),
    *by_processor.get("CPU", []),
]
served_with = next(one for one in containers if one.get("Image"))
image, environment = served_with["Image"], served_with.get("Environment", {})
model_uri = next(one["ModelDataUrl"] for one in containers if one.get("ModelDataUrl"))`,
    curves: `${logCurves}
# Autopilot tells final values; the curve stands in the log of the training job that it made.
for metric in best.get("CandidateProperties", {}).get("CandidateMetrics", []):
    print(metric.get("StandardMetricName") or metric.get("MetricName"), metric["Value"])
for step in best["CandidateSteps"]:
    if step["CandidateStepType"] != "AWS::SageMaker::TrainingJob":
        continue
    try:
        inner = sagemaker.describe_training_job(TrainingJobName=step["CandidateStepName"])
        definitions = inner.get("AlgorithmSpecification", {}).get("MetricDefinitions", [])
        series = log_series(step["CandidateStepName"], definitions)
    except sagemaker.exceptions.ClientError as error:
        print("Its log can't be read:", error)`,
  },

  serverless: {
    trainingChannel: 'train',
    channels: trainingJobChannels('train'),
    outputUri: 'REQUEST["OutputDataConfig"]["S3OutputPath"]',
    train: `${trainingJob}
print("Tokens that are billed:", job.get("BillableTokenCount"))

# The result is a model package; weights that were merged with the base model's have a folder of their own.
package = sagemaker.describe_model_package(ModelPackageName=job["OutputModelPackageArn"])
weights = package["InferenceSpecification"]["Containers"][0]
model_uri = weights.get("ModelDataSource", {}).get("S3DataSource", {}).get("S3Uri") or weights["ModelDataUrl"]
if weights.get("IsCheckpoint") is False:
    model_uri = model_uri.rstrip("/") + "/checkpoints/hf_merged/"`,
    curves: `from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest


def mlflow(path, **query):
    """MLflow's REST interface behind SageMaker, signed as AWS's own calls are."""
    address = os.environ.get("AWS_ENDPOINT_URL") or f"https://{REGION}.experiments.sagemaker.aws"
    signed = AWSRequest(
        "GET",
        f"{address}/api/2.0/mlflow/{path}?{urlencode(query, quote_via=quote)}",
        headers={"x-mlflow-sm-tracking-server-arn": job["MlflowConfig"]["MlflowResourceArn"]},
    )
    credentials = session.get_credentials().get_frozen_credentials()
    SigV4Auth(credentials, "sagemaker-mlflow", REGION).add_auth(signed)
    with urlopen(Request(signed.url, headers=dict(signed.headers))) as answer:
        return json.load(answer)


# Without an MLflow app in the account nobody kept the curve.
run_id = job.get("MlflowDetails", {}).get("MlflowRunId")
if "MlflowConfig" in job and run_id:
    run = mlflow("runs/get", run_id=run_id)["run"]
    for metric in run.get("data", {}).get("metrics", []):
        values, page = [], {}
        while True:
            answer = mlflow("metrics/get-history", run_id=run_id, metric_key=metric["key"], **page)
            values += [float(point["value"]) for point in answer.get("metrics", [])]
            if not answer.get("next_page_token"):
                break
            page = {"page_token": answer["next_page_token"]}
        if values:
            series[metric["key"]] = values`,
  },

  bedrock: {
    trainingChannel: 'training',
    channels: `{
    "training": REQUEST["trainingDataConfig"]["s3Uri"],
    "validation": REQUEST["validationDataConfig"]["validators"][0]["s3Uri"],
}`,
    outputUri: 'REQUEST["outputDataConfig"]["s3Uri"]',
    train: `${name}
request["jobName"] = request["customModelName"] = request["clientRequestToken"] = job_name
request["trainingDataConfig"]["s3Uri"] = uploaded["training"]
request["validationDataConfig"]["validators"][0]["s3Uri"] = uploaded["validation"]
request["outputDataConfig"]["s3Uri"] = output_uri
bedrock.create_model_customization_job(**request)

while True:
    job = bedrock.get_model_customization_job(jobIdentifier=job_name)
    status = job["status"]
    if status in ("Completed", "Failed", "Stopped"):
        break
    time.sleep(POLL_SECONDS)
print(status, job.get("failureMessage", ""))
assert status == "Completed", job.get("failureMessage", status)
# The weights stay with Bedrock: its name is all there is of the model.
model_arn = job["outputModelArn"]`,
    curves: `metrics_uri = f"{output_uri}/model-customization-job-{job['jobArn'].split('/')[-1]}/"
for column, file_name in (
    ("training_loss", "training_artifacts/step_wise_training_metrics.csv"),
    ("validation_loss", "validation_artifacts/post_fine_tuning_validation/validation_metrics.csv"),
):
    bucket, key_of_file = split_uri(metrics_uri + file_name)
    try:
        text = s3.get_object(Bucket=bucket, Key=key_of_file)["Body"].read().decode("utf-8-sig")
    except s3.exceptions.ClientError as error:
        print(file_name, "can't be read:", error)
        continue
    records = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    values = [float(record[column]) for record in records if record.get(column)]
    if values:
        series[column] = values`,
  },
}
