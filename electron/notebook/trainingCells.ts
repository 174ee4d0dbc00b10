/** The cells that check the data, upload it and train. */
import { code, markdown, type NotebookCell } from './notebookCell.ts'
import type { NotebookFacts } from './notebookFacts.ts'
import { python } from './pythonValue.ts'

export function dataCells({ trainingRequest }: NotebookFacts): NotebookCell[] {
  return [
    markdown(`## Data

The rows that the candidate was trained and validated on, as Timbre put them into S3. What is checked here is what the
scan checks: empty answers, repeated rows, and rows that stand on both sides of the split.`),
    code(`REQUEST = ${python(trainingRequest)}


def split_uri(uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def read_channel(name):
    """File name -> bytes, of every object below the channel's address."""
    channel = next(c for c in REQUEST["InputDataConfig"] if c["ChannelName"] == name)
    bucket, prefix = split_uri(channel["DataSource"]["S3DataSource"]["S3Uri"])
    files = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            name_in_channel = item["Key"][len(prefix):].lstrip("/") or item["Key"].rsplit("/", 1)[-1]
            files[name_in_channel] = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
    return files


def rows_of(files):
    return [
        json.loads(line)
        for name, content in files.items()
        if name.endswith(".jsonl")
        for line in content.decode("utf-8").splitlines()
        if line.strip()
    ]


channels = {name: read_channel(name) for name in ("training", "validation")}
training_rows = rows_of(channels["training"])
validation_rows = rows_of(channels["validation"])
print(len(training_rows), "rows to train on,", len(validation_rows), "held back")
assert training_rows and validation_rows, "There is no data at the addresses of the training job."`),
    code(`def key(row):
    return (row["prompt"], row["completion"])


empty = [row for row in training_rows if not row["prompt"].strip() or not row["completion"].strip()]
repeated = len(training_rows) - len({key(row) for row in training_rows})
both_sides = {key(row) for row in training_rows} & {key(row) for row in validation_rows}
lengths = sorted(len(row["completion"]) for row in training_rows)
print("empty:", len(empty), "· repeated:", repeated, "· on both sides:", len(both_sides))
print("characters of an answer: median", lengths[len(lengths) // 2], "· longest", lengths[-1])`),
    code(`output_bucket, _ = split_uri(REQUEST["OutputDataConfig"]["S3OutputPath"])
prefix = f"timbre-notebook/{RUN}"
for name, files in channels.items():
    for file_name, content in files.items():
        s3.put_object(Bucket=output_bucket, Key=f"{prefix}/{name}/{file_name}", Body=content)
print(f"Uploaded to s3://{output_bucket}/{prefix}/")`),
  ]
}

export function trainingCells(_facts: NotebookFacts): NotebookCell[] {
  return [
    markdown(`## Training

The same call that Timbre made, with the data uploaded above. With the same seed it gives the same losses.`),
    code(`job_name = f"timbre-notebook-{RUN}"
request = json.loads(json.dumps(REQUEST))
request["TrainingJobName"] = job_name
request["OutputDataConfig"]["S3OutputPath"] = f"s3://{output_bucket}/{prefix}/output"
for channel in request["InputDataConfig"]:
    if channel["ChannelName"] in channels:
        channel["DataSource"]["S3DataSource"]["S3Uri"] = (
            f"s3://{output_bucket}/{prefix}/{channel['ChannelName']}/"
        )
sagemaker.create_training_job(**request)

while True:
    job = sagemaker.describe_training_job(TrainingJobName=job_name)
    status = job["TrainingJobStatus"]
    if status in ("Completed", "Failed", "Stopped"):
        break
    time.sleep(1 if os.environ.get("AWS_ENDPOINT_URL") else 30)
print(status, job.get("FailureReason", ""))
assert status == "Completed", job.get("FailureReason", status)
model_uri = job["ModelArtifacts"]["S3ModelArtifacts"]`),
    markdown('## Curves'),
    code(`def log_lines(job_name):
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


definitions = REQUEST["AlgorithmSpecification"].get("MetricDefinitions", [])
series = {definition["Name"]: [] for definition in definitions}
for line in log_lines(job_name):
    for definition in definitions:
        found = re.search(definition["Regex"], line)
        if found:
            series[definition["Name"]].append(float(found.group(1)))
series = {name: values for name, values in series.items() if values}
for name, values in series.items():
    print(f"{name}: {len(values)} values, first {values[0]:.4f}, last {values[-1]:.4f}")
assert series, "The job logged no metrics."`),
    code(`try:
    import matplotlib.pyplot as plt
except ImportError:
    print("matplotlib is not installed: pip install matplotlib draws the curves.")
else:
    drawn = {name: values for name, values in series.items() if "loss" in name and len(values) > 1}
    figure, axes = plt.subplots(1, max(1, len(drawn)), figsize=(5 * max(1, len(drawn)), 3), squeeze=False)
    for axis, (name, values) in zip(axes[0], drawn.items()):
        axis.plot(values)
        axis.set_title(name)
    plt.show()`),
  ]
}
