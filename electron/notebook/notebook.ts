/** A Jupyter notebook that does again what Timbre did for a candidate: data, training, curves, evaluation, deployment. */
import { createHash } from 'node:crypto'
import { dataCells } from './dataCells.ts'
import { cleanUpCells, deploymentCells, evaluationCells } from './servingCells.ts'
import type { NotebookFacts } from './notebookFacts.ts'
import { code, markdown, type NotebookCell } from './notebookCell.ts'
import { python } from './pythonValue.ts'
import { trainingCells } from './trainingCells.ts'

/** https://nbformat.readthedocs.io/en/latest/format_description.html, version 4.5 */
export interface Notebook {
  readonly nbformat: 4
  readonly nbformat_minor: 5
  readonly metadata: object
  readonly cells: readonly (NotebookCell & { readonly id: string })[]
}

export function notebook(facts: NotebookFacts): Notebook {
  const cells = [
    ...introduction(facts),
    ...dataCells(facts),
    ...trainingCells(facts),
    ...deploymentCells(facts),
    ...evaluationCells(facts),
    ...cleanUpCells(facts),
  ]
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' },
      timbre: { candidate: facts.candidateId },
    },
    // The same notebook has the same ids: what changed shows in a comparison.
    cells: cells.map((cell, index) => ({
      id: createHash('sha256').update(`${facts.candidateId} ${index}`).digest('hex').slice(0, 16),
      ...cell,
    })),
  }
}

function introduction(facts: NotebookFacts): NotebookCell[] {
  const place = facts.isLocal
    ? 'It was trained on this computer. Start the engine with `timbre engine` and set the environment that it prints, then run the cells from top to bottom.'
    : 'It needs credentials of the AWS account, as boto3 finds them.'
  const clients =
    facts.way === 'bedrock'
      ? `bedrock = session.client("bedrock")
bedrock_runtime = session.client("bedrock-runtime")`
      : `sagemaker = session.client("sagemaker")
runtime = session.client("sagemaker-runtime")
logs = session.client("logs")
scheduler = session.client("scheduler")`
  return [
    markdown(`# ${facts.title}

${facts.baseModelName}, fine-tuned on **${facts.datasetName}** (SHA-256 \`${facts.datasetSha256}\`).

${place} The only package that is needed is \`boto3\`; with \`matplotlib\` the curves are drawn.`),
    code(`import csv
import io
import json
import os
import re
import time
import uuid
from datetime import datetime, timedelta, timezone

import boto3

REGION = ${python(facts.region)}
session = boto3.Session(region_name=REGION)
s3 = session.client("s3")
${clients}
POLL_SECONDS = 1 if os.environ.get("AWS_ENDPOINT_URL") else 30
RUN = uuid.uuid4().hex[:8]
print("Account", session.client("sts").get_caller_identity()["Account"], "run", RUN)`),
  ]
}
