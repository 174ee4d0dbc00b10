/** The cells that read the rows of the job, check them and upload them. */
import { jobCode } from './jobCode.ts'
import { code, markdown, type NotebookCell } from './notebookCell.ts'
import type { NotebookFacts } from './notebookFacts.ts'
import { python } from './pythonValue.ts'

export function dataCells({ request, way }: NotebookFacts): NotebookCell[] {
  const { trainingChannel, channels, outputUri } = jobCode[way]
  return [
    markdown(`## Data

The rows that the candidate was trained and validated on, as Timbre put them into S3. What is checked here is what the
scan checks: empty answers, repeated rows, and rows that stand on both sides of the split.`),
    code(`REQUEST = ${python(request)}
CHANNELS = ${channels}


def split_uri(uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def read_channel(uri):
    """File name -> bytes, of every object below the channel's address."""
    bucket, prefix = split_uri(uri)
    files = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            name_in_channel = item["Key"][len(prefix):].lstrip("/") or item["Key"].rsplit("/", 1)[-1]
            files[name_in_channel] = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
    return files


def text_of(content):
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def row_of(record):
    """Question and answer, in whichever of AWS's forms they stand."""
    if "messages" in record:
        said = {message["role"]: text_of(message["content"]) for message in record["messages"]}
        return {"prompt": said["user"], "completion": said["assistant"]}
    if "input" in record:
        return {"prompt": record["input"], "completion": record["output"]}
    return {"prompt": record["prompt"], "completion": record["completion"]}


def rows_of(files):
    csv.field_size_limit(2**31 - 1)
    rows = []
    for name, content in files.items():
        text = content.decode("utf-8-sig")
        if name.endswith(".csv"):
            rows += [row_of(record) for record in csv.DictReader(io.StringIO(text, newline=""))]
        elif name.endswith(".jsonl"):
            # Not splitlines(): a text may hold other signs that it takes for the end of a line.
            rows += [row_of(json.loads(line)) for line in text.split("\\n") if line.strip()]
    return rows


channels = {name: read_channel(uri) for name, uri in CHANNELS.items()}
training_rows = rows_of(channels[${python(trainingChannel)}])
validation_rows = rows_of(channels["validation"])
print(len(training_rows), "rows to train on,", len(validation_rows), "held back")
assert training_rows and validation_rows, "There is no data at the addresses of the job."`),
    code(`def key(row):
    return (row["prompt"], row["completion"])


empty = [row for row in training_rows if not row["prompt"].strip() or not row["completion"].strip()]
repeated = len(training_rows) - len({key(row) for row in training_rows})
both_sides = {key(row) for row in training_rows} & {key(row) for row in validation_rows}
lengths = sorted(len(row["completion"]) for row in training_rows)
print("empty:", len(empty), "· repeated:", repeated, "· on both sides:", len(both_sides))
print("characters of an answer: median", lengths[len(lengths) // 2], "· longest", lengths[-1])`),
    code(`output_bucket, _ = split_uri(${outputUri})
prefix = f"timbre-notebook/{RUN}"
output_uri = f"s3://{output_bucket}/{prefix}/output"
uploaded = {}
for name, files in channels.items():
    for file_name, content in files.items():
        s3.put_object(Bucket=output_bucket, Key=f"{prefix}/{name}/{file_name}", Body=content)
    # Where the job named a file and not its folder, so does this one.
    only = next((file for file in files if CHANNELS[name].endswith("/" + file)), "")
    uploaded[name] = f"s3://{output_bucket}/{prefix}/{name}/{only}"
print(f"Uploaded to s3://{output_bucket}/{prefix}/")`),
  ]
}
