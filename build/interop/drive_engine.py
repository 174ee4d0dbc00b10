"""Drives every operation that docs/engine.md lists with unmodified boto3, and the main ones with the AWS CLI.

    npm run engine                      # prints four export lines; set them in this shell
    python3 -m pip install boto3 awscrt awscli
    python3 build/interop/drive_engine.py

Prints one line per operation as it is first answered, then which of the listed ones boto3 does not know or nobody asked
for. The exit code is 0 when every listed operation was answered as it should be.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError

listed = {
    "sts": ["GetCallerIdentity"],
    "s3": """ListBuckets CreateBucket HeadBucket GetBucketLocation DeleteBucket PutObject GetObject HeadObject
        GetObjectAttributes DeleteObject DeleteObjects CopyObject UploadPartCopy ListObjectsV2 ListObjects
        CreateMultipartUpload UploadPart ListParts CompleteMultipartUpload AbortMultipartUpload
        ListMultipartUploads""".split(),
    "sagemaker": """ListHubContents DescribeHubContent ImportHubContent DeleteHubContent CreateTrainingJob
        DescribeTrainingJob ListTrainingJobs StopTrainingJob DeleteTrainingJob CreateAutoMLJobV2 DescribeAutoMLJobV2
        ListAutoMLJobs ListCandidatesForAutoMLJob StopAutoMLJob CreateModelPackageGroup DescribeModelPackageGroup
        ListModelPackageGroups DeleteModelPackageGroup CreateModelPackage DescribeModelPackage ListModelPackages
        UpdateModelPackage DeleteModelPackage Search CreateModel DescribeModel ListModels DeleteModel
        CreateEndpointConfig DescribeEndpointConfig ListEndpointConfigs DeleteEndpointConfig CreateEndpoint
        DescribeEndpoint ListEndpoints UpdateEndpoint UpdateEndpointWeightsAndCapacities DeleteEndpoint AddTags ListTags DeleteTags CreateProcessingJob
        DescribeProcessingJob ListProcessingJobs""".split(),
    "sagemaker-runtime": ["InvokeEndpoint", "InvokeEndpointWithResponseStream"],
    "cloudwatch": ["GetMetricData"],
    "scheduler": ["CreateSchedule", "GetSchedule", "UpdateSchedule", "ListSchedules", "DeleteSchedule"],
    "logs": ["DescribeLogGroups", "DescribeLogStreams", "GetLogEvents", "FilterLogEvents"],
}

answered = set()
# Without being told, S3's presigned addresses are Signature V2, which the engine refuses as new regions of AWS do.
clients = {name: boto3.client(name, config=Config(signature_version="s3v4") if name == "s3" else None) for name in listed}


def note(service):
    def after(model, **_):
        if (service, model.name) not in answered:
            answered.add((service, model.name))
            print(f"answered {service} {model.name}", flush=True)

    return after


for name, client in clients.items():
    client.meta.events.register("after-call." + client.meta.service_model.service_id.hyphenize(), note(name))
s3, sm, runtime, logs, metrics, scheduler = (
    clients[name] for name in ("s3", "sagemaker", "sagemaker-runtime", "logs", "cloudwatch", "scheduler")
)


def refused(code, call, **arguments):
    """The call must be refused with this code."""
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response["Error"]["Code"]
        assert found == code, f"{code} was expected, it was {found}: {error}"
        return
    raise AssertionError(f"{code} was expected, it was answered")


def until(describe, key, ends):
    """Polls until the status under `key` is one of `ends`; gives the last description."""
    for _ in range(1200):
        description = describe()
        if description[key] in ends:
            return description
        time.sleep(0.25)
    raise AssertionError(f"{key} stayed {description[key]}")


stamp = str(int(time.time()))
bucket = f"interop-{stamp}"
role = "arn:aws:iam::000000000000:role/Timbre"

# Identity and buckets
assert clients["sts"].get_caller_identity()["Account"] == "000000000000"
s3.create_bucket(Bucket=bucket)
s3.head_bucket(Bucket=bucket)
s3.get_bucket_location(Bucket=bucket)
assert bucket in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
refused("404", s3.head_bucket, Bucket="there-is-none")

# Objects
rows = [{"prompt": f"Where is item {i}?", "completion": f"On shelf {i}."} for i in range(40)]
training = "".join(json.dumps(row) + "\n" for row in rows)
s3.put_object(Bucket=bucket, Key="train/train.jsonl", Body=training.encode())
put = s3.put_object(Bucket=bucket, Key="ü/é.txt", Body=b"123456789", ChecksumAlgorithm="CRC32")
assert put["ChecksumCRC32"] == "y/Q5Jg=="
assert s3.get_object(Bucket=bucket, Key="ü/é.txt", Range="bytes=2-4")["Body"].read() == b"345"
assert s3.head_object(Bucket=bucket, Key="ü/é.txt")["ContentLength"] == 9
assert s3.get_object_attributes(Bucket=bucket, Key="ü/é.txt", ObjectAttributes=["ObjectSize"])["ObjectSize"] == 9
s3.copy_object(Bucket=bucket, Key="copy.txt", CopySource={"Bucket": bucket, "Key": "ü/é.txt"})
refused("PreconditionFailed", s3.put_object, Bucket=bucket, Key="copy.txt", Body=b"", IfNoneMatch="*")
refused("NoSuchKey", s3.get_object, Bucket=bucket, Key="none")
for i in range(5):
    s3.put_object(Bucket=bucket, Key=f"page/{i}", Body=b"x")
pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="page/", PaginationConfig={"PageSize": 2})
assert [entry["Key"] for page in pages for entry in page["Contents"]] == [f"page/{i}" for i in range(5)]
assert s3.list_objects(Bucket=bucket, Delimiter="/")["CommonPrefixes"]
url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "copy.txt"})
assert urllib.request.urlopen(url).read() == b"123456789"

# Uploads in parts
part = b"p" * (5 * 1024 * 1024)
upload = s3.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
first = s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=1, Body=part)
second = s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=2, Body=b"end")
assert len(s3.list_parts(Bucket=bucket, Key="big", UploadId=upload)["Parts"]) == 2
assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["Key"] == "big"
parts = [{"PartNumber": n + 1, "ETag": answer["ETag"]} for n, answer in enumerate((first, second))]
s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
assert s3.head_object(Bucket=bucket, Key="big")["ContentLength"] == len(part) + 3
copying = s3.create_multipart_upload(Bucket=bucket, Key="again")["UploadId"]
s3.upload_part_copy(Bucket=bucket, Key="again", UploadId=copying, PartNumber=1, CopySource={"Bucket": bucket, "Key": "big"})
s3.abort_multipart_upload(Bucket=bucket, Key="again", UploadId=copying)
s3.upload_fileobj(io.BytesIO(part * 4), bucket, "managed")

# The hub
hub, models = "SageMakerPublicHub", "Model"
content = sm.list_hub_contents(HubName=hub, HubContentType=models)["HubContentSummaries"][0]["HubContentName"]
document = json.loads(
    sm.describe_hub_content(HubName=hub, HubContentType=models, HubContentName=content)["HubContentDocument"]
)
for entry in s3.list_objects_v2(Bucket="timbre-models", Prefix=f"{content}/")["Contents"]:
    copy = {"Bucket": "timbre-models", "Key": entry["Key"]}
    s3.copy_object(Bucket=bucket, Key="import/" + entry["Key"].split("/")[-1], CopySource=copy)
imported = {"HubName": "timbre", "HubContentType": models, "HubContentName": f"own-{stamp}"}
sm.import_hub_content(
    **imported,
    DocumentSchemaVersion="2.3.0",
    HubContentDocument=json.dumps({"TrainingArtifactUri": f"s3://{bucket}/import/"}),
)
end = until(lambda: sm.describe_hub_content(**imported), "HubContentStatus", ("Available", "ImportFailed"))
assert end["HubContentStatus"] == "Available", end.get("FailureReason")
sm.delete_hub_content(**imported, HubContentVersion="1.0.0")


# Training jobs
def channel(name, uri):
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}}


def train(name, epochs):
    sm.create_training_job(
        TrainingJobName=name,
        RoleArn=role,
        AlgorithmSpecification={"TrainingImage": document["TrainingEcrUri"], "TrainingInputMode": "File"},
        HyperParameters={"epoch": str(epochs)},
        InputDataConfig=[
            channel("model", document["TrainingArtifactUri"]),
            channel("training", f"s3://{bucket}/train/"),
        ],
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}/output"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 3600},
    )
    return lambda: sm.describe_training_job(TrainingJobName=name)


done = until(train(f"job-{stamp}", 1), "TrainingJobStatus", ("Completed", "Failed"))
assert done["TrainingJobStatus"] == "Completed", done.get("FailureReason")
artifact = done["ModelArtifacts"]["S3ModelArtifacts"]
refused("ResourceInUse", train, name=f"job-{stamp}", epochs=1)
stopping = train(f"stop-{stamp}", 1000)
sm.stop_training_job(TrainingJobName=f"stop-{stamp}")
until(stopping, "TrainingJobStatus", ("Stopped",))
assert sm.list_training_jobs(NameContains=stamp)["TrainingJobSummaries"]
sm.delete_training_job(TrainingJobName=f"stop-{stamp}")
wanted = {"Filters": [{"Name": "TrainingJobName", "Operator": "Contains", "Value": stamp}]}
assert len(sm.search(Resource="TrainingJob", SearchExpression=wanted)["Results"]) == 1
arn = done["TrainingJobArn"]
sm.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "voice"}])
assert sm.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "voice"}]
sm.delete_tags(ResourceArn=arn, TagKeys=["team"])

# Logs
group = logs.describe_log_groups()["logGroups"][0]["logGroupName"]
stream = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"job-{stamp}")["logStreams"][0]["logStreamName"]
assert logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
assert logs.filter_log_events(logGroupName=group, logStreamNames=[stream], filterPattern="train_loss")["events"]

# AutoML
s3.put_object(
    Bucket=bucket,
    Key="automl/data.csv",
    Body=("input,output\n" + "".join(f"{row['prompt']},{row['completion']}\n" for row in rows)).encode(),
)
auto = f"auto-{stamp}"
sm.create_auto_ml_job_v2(
    AutoMLJobName=auto,
    RoleArn=role,
    AutoMLJobInputDataConfig=[
        {"ChannelType": "training", "ContentType": "text/csv;header=present", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/automl/"}}}
    ],
    OutputDataConfig={"S3OutputPath": f"s3://{bucket}/output"},
    AutoMLProblemTypeConfig={
        "TextGenerationJobConfig": {"BaseModelName": content, "TextGenerationHyperParameters": {"epochCount": "1"}}
    },
)
end = until(lambda: sm.describe_auto_ml_job_v2(AutoMLJobName=auto), "AutoMLJobStatus", ("Completed", "Failed"))
assert end["AutoMLJobStatus"] == "Completed", end.get("FailureReason")
assert auto in [job["AutoMLJobName"] for job in sm.list_auto_ml_jobs()["AutoMLJobSummaries"]]
assert sm.list_candidates_for_auto_ml_job(AutoMLJobName=auto)["Candidates"]
refused("ValidationException", sm.stop_auto_ml_job, AutoMLJobName=auto)
answered.add(("sagemaker", "StopAutoMLJob"))

# Registry, models, endpoints
image = document["HostingEcrUri"]
package_group = f"group-{stamp}"
sm.create_model_package_group(ModelPackageGroupName=package_group)
assert sm.describe_model_package_group(ModelPackageGroupName=package_group)["ModelPackageGroupArn"]
assert package_group in [entry["ModelPackageGroupName"] for entry in sm.list_model_package_groups()["ModelPackageGroupSummaryList"]]
package = sm.create_model_package(
    ModelPackageGroupName=package_group,
    InferenceSpecification={
        "Containers": [{"Image": image, "ModelDataUrl": artifact}],
        "SupportedContentTypes": ["application/json"],
        "SupportedResponseMIMETypes": ["application/json"],
    },
)["ModelPackageArn"]
sm.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
assert sm.describe_model_package(ModelPackageName=package)["ModelApprovalStatus"] == "Approved"
assert sm.list_model_packages(ModelPackageGroupName=package_group)["ModelPackageSummaryList"]
name = f"end-{stamp}"
sm.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer={"ModelPackageName": package})
assert sm.describe_model(ModelName=name)["ModelArn"]
assert sm.list_models(NameContains=stamp)["Models"]
sm.create_endpoint_config(
    EndpointConfigName=name,
    ProductionVariants=[{"VariantName": "all", "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}],
)
assert sm.describe_endpoint_config(EndpointConfigName=name)["ProductionVariants"]
assert sm.list_endpoint_configs(NameContains=stamp)["EndpointConfigs"]
sm.create_endpoint(EndpointName=name, EndpointConfigName=name)
until(lambda: sm.describe_endpoint(EndpointName=name), "EndpointStatus", ("InService",))
assert sm.list_endpoints(NameContains=stamp)["Endpoints"]
question = {"EndpointName": name, "ContentType": "application/json"}
body = {"inputs": "Where is item 3?", "parameters": {"max_new_tokens": 8}}
answer = json.loads(runtime.invoke_endpoint(**question, Body=json.dumps(body))["Body"].read())
streamed = runtime.invoke_endpoint_with_response_stream(**question, Body=json.dumps({**body, "stream": True}))
text = b"".join(event["PayloadPart"]["Bytes"] for event in streamed["Body"]).decode()
pieces = [json.loads(line[5:]) for line in text.split("\n") if line.startswith("data:")]
assert pieces[-1]["generated_text"] == answer[0]["generated_text"]
refused("ModelError", runtime.invoke_endpoint, **question, Body="{}")

# Two variants on an endpoint that goes on answering, their traffic, and what was counted
def variant(named, weight):
    return {"VariantName": named, "ModelName": name, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1, "InitialVariantWeight": weight}


both = f"both-{stamp}"
sm.create_endpoint_config(EndpointConfigName=both, ProductionVariants=[variant("old", 9), variant("new", 1)])
sm.update_endpoint(EndpointName=name, EndpointConfigName=both)
end = until(lambda: sm.describe_endpoint(EndpointName=name), "EndpointStatus", ("InService", "Failed"))
assert end["EndpointConfigName"] == both, end
sm.update_endpoint_weights_and_capacities(
    EndpointName=name, DesiredWeightsAndCapacities=[{"VariantName": "old", "DesiredWeight": 0}, {"VariantName": "new", "DesiredWeight": 1}]
)
end = until(lambda: sm.describe_endpoint(EndpointName=name), "EndpointStatus", ("InService", "Failed"))
assert {v["VariantName"]: v["CurrentWeight"] for v in end["ProductionVariants"]} == {"old": 0, "new": 1}
assert runtime.invoke_endpoint(**question, Body=json.dumps(body))["InvokedProductionVariant"] == "new"
counted = {
    "Id": "invocations",
    "MetricStat": {
        "Metric": {
            "Namespace": "AWS/SageMaker",
            "MetricName": "Invocations",
            "Dimensions": [{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "new"}],
        },
        "Period": 60,
        "Stat": "Sum",
    },
}
now = time.time()
values = metrics.get_metric_data(MetricDataQueries=[counted], StartTime=now - 3600, EndTime=now + 60)["MetricDataResults"][0]["Values"]
assert sum(values) >= 1, values

# The schedule that deletes a forgotten endpoint
schedule = {
    "Name": f"timbre-{stamp}",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "ActionAfterCompletion": "DELETE",
    "Target": {
        "Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint",
        "RoleArn": role,
        "Input": json.dumps({"EndpointName": name}),
    },
}
scheduler.create_schedule(**schedule, ScheduleExpression="at(2099-01-01T00:00:00)")
scheduler.update_schedule(**schedule, ScheduleExpression="at(2099-01-02T00:00:00)")
assert scheduler.get_schedule(Name=schedule["Name"])["ScheduleExpression"] == "at(2099-01-02T00:00:00)"
assert schedule["Name"] in [entry["Name"] for entry in scheduler.list_schedules()["Schedules"]]
refused("ConflictException", scheduler.create_schedule, **schedule, ScheduleExpression="at(2099-01-01T00:00:00)")
scheduler.delete_schedule(Name=schedule["Name"])
refused("ResourceNotFoundException", scheduler.get_schedule, Name=schedule["Name"])

# An export
sm.create_processing_job(
    ProcessingJobName=f"export-{stamp}",
    RoleArn=role,
    AppSpecification={
        "ImageUri": document["TrainingEcrUri"].replace("timbre-training", "timbre-export"),
        "ContainerArguments": ["--format", "gguf-f16", "--name", "voice"],
    },
    ProcessingResources={"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}},
    ProcessingInputs=[{"InputName": "model", "S3Input": {"S3Uri": artifact, "LocalPath": "/opt/ml/processing/input/model", "S3DataType": "S3Prefix", "S3InputMode": "File"}}],
    ProcessingOutputConfig={"Outputs": [{"OutputName": "files", "S3Output": {"S3Uri": f"s3://{bucket}/export/", "LocalPath": "/opt/ml/processing/output", "S3UploadMode": "EndOfJob"}}]},
)
end = until(lambda: sm.describe_processing_job(ProcessingJobName=f"export-{stamp}"), "ProcessingJobStatus", ("Completed", "Failed"))
assert end["ProcessingJobStatus"] == "Completed", end.get("FailureReason")
assert sm.list_processing_jobs(NameContains=stamp)["ProcessingJobSummaries"]

# The AWS CLI, over the same port
environment = {**os.environ, "AWS_PAGER": ""}
command = os.path.join(os.path.dirname(sys.executable), "aws")


def cli(*arguments):
    finished = subprocess.run([command, *arguments], env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, f"aws {' '.join(arguments)}: {finished.stderr}"
    print("aws " + " ".join(arguments), flush=True)
    return finished.stdout


if os.path.exists(command):
    cli("sts", "get-caller-identity")
    cli("s3", "ls", f"s3://{bucket}", "--recursive")
    cli("s3", "cp", f"s3://{bucket}/managed", f"s3://{bucket}/managed-copy")
    cli("s3api", "head-object", "--bucket", bucket, "--key", "copy.txt")
    cli("sagemaker", "list-hub-contents", "--hub-name", hub, "--hub-content-type", models)
    cli("sagemaker", "describe-training-job", "--training-job-name", f"job-{stamp}", "--query", "TrainingJobStatus")
    cli("sagemaker", "describe-auto-ml-job-v2", "--auto-ml-job-name", auto, "--query", "AutoMLJobStatus")
    cli("sagemaker", "search", "--resource", "ModelPackage")
    cli("logs", "filter-log-events", "--log-group-name", group, "--filter-pattern", "train_loss", "--max-items", "1")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as body_file:
        json.dump(body, body_file)
        body_file.flush()
        # From a file: version 1 of the CLI takes text as it is, version 2 takes it for base64.
        cli("sagemaker-runtime", "invoke-endpoint", "--endpoint-name", name, "--content-type", "application/json",
            "--body", f"fileb://{body_file.name}", os.devnull)

# Away with it all
sm.delete_endpoint(EndpointName=name)
for _ in range(40):
    try:
        sm.describe_endpoint(EndpointName=name)
        time.sleep(0.25)
    except ClientError:
        break
sm.delete_endpoint_config(EndpointConfigName=name)
sm.delete_endpoint_config(EndpointConfigName=both)
sm.delete_model(ModelName=name)
sm.delete_model_package(ModelPackageName=package)
sm.delete_model_package_group(ModelPackageGroupName=package_group)
s3.delete_object(Bucket=bucket, Key="copy.txt")
keys = [entry["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket) for entry in page["Contents"]]
s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys]})
s3.delete_bucket(Bucket=bucket)

versions = f"boto3 {boto3.__version__}, botocore {botocore.__version__}"
unknown = [(s, o) for s, names in listed.items() for o in names if o not in clients[s].meta.service_model.operation_names]
missing = [(s, o) for s, names in listed.items() for o in names if (s, o) not in answered and (s, o) not in unknown]
for service, operation in unknown:
    print(f"{versions} does not know {service} {operation}")
for service, operation in missing:
    print(f"nobody asked for {service} {operation}")
print(f"{len(answered)} operations answered to {versions}")
sys.exit(1 if missing else 0)
