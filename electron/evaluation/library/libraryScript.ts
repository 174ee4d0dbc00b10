/**
 * The Python that a processing job runs: it installs fmeval and lets it score the answers that are in rows.jsonl. One score
 * that can't be computed, because its helper model can't be fetched, leaves the others as they are.
 */
import { libraryVersion } from '../../../shared/libraryCheck.ts'

export const libraryScript = `"""Scores answers with fmeval itself. Written by Timbre; needs the internet for the library and its models."""
import json
import os
import pathlib
import subprocess
import sys
import traceback

VERSION = "${libraryVersion}"
ROOT = pathlib.Path(os.environ.get("TIMBRE_PROCESSING_ROOT", "/opt/ml/processing"))
MESSAGE = pathlib.Path(os.environ.get("TIMBRE_MESSAGE_FILE", "/opt/ml/output/message"))
DELIMITER = "<OR>"
# fmeval holds NumPy below 2, which later ones of these do not work with.
BESIDE = ["pyarrow<21", "datasets<4"]


def install():
    try:
        import fmeval  # noqa: F401
    except ImportError:
        subprocess.check_call(
            [sys.executable, "-m", "pip", "install", "--quiet", "fmeval==" + VERSION, *BESIDE]
        )


def scorers():
    """Name of a score -> a function that makes a function of target and answer; each may fail to load on its own."""
    from fmeval.eval_algorithms.qa_accuracy import QAAccuracyScores, QA_ACCURACY_SCORE_NAMES
    from fmeval.eval_algorithms.factual_knowledge import FactualKnowledge

    def question_answering(name):
        transform = QAAccuracyScores(target_output_delimiter=DELIMITER)
        return lambda target, answer: transform(
            {"target_output": target, "model_output": answer}
        )[name]

    def knowledge(name):
        algorithm = FactualKnowledge()
        return lambda target, answer: next(
            score.value for score in algorithm.evaluate_sample(target, answer) if score.name == name
        )

    def summarization(make):
        metric = make()
        return lambda target, answer: max(
            metric.compute_metric(one, answer) for one in target.split(DELIMITER)
        )

    keys = dict(
        output_keys=["score"],
        model_output_keys=["model_output"],
        allow_duplicate_input_keys=True,
        target_output_keys=["target_output"],
    )

    def rouge(kind):
        from fmeval.transforms.summarization_accuracy_metrics import RougeScore

        return RougeScore(rouge_type=kind, use_stemmer=True, **keys)

    def meteor():
        from fmeval.transforms.summarization_accuracy_metrics import MeteorScore

        return MeteorScore(**keys)

    def bert():
        from fmeval.constants import BERTSCORE_DEFAULT_MODEL
        from fmeval.eval_algorithms.helper_models.helper_model import BertscoreHelperModel
        from fmeval.transforms.summarization_accuracy_metrics import BertScore

        return BertScore(bertscore_model=BertscoreHelperModel(BERTSCORE_DEFAULT_MODEL), **keys)

    found = {name: (lambda name=name: question_answering(name)) for name in QA_ACCURACY_SCORE_NAMES}
    for name in ("factual_knowledge", "factual_knowledge_quasi_exact"):
        found[name] = lambda name=name: knowledge(name)
    for kind in ("rouge1", "rouge2", "rougeL"):
        found[kind] = lambda kind=kind: summarization(lambda: rouge(kind))
    found["meteor"] = lambda: summarization(meteor)
    if os.environ.get("TIMBRE_BERTSCORE", "1") == "1":
        found["bertscore"] = lambda: summarization(bert)
    return found


def main():
    install()
    lines = (ROOT / "rows" / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    result = {
        "library": "fmeval",
        "version": VERSION,
        "rows": [
            {"position": row["position"], "tuned": {}, "base": None if row["base"] is None else {}}
            for row in rows
        ],
        "errors": {},
    }
    for name, load in scorers().items():
        try:
            score = load()
            for row, scored in zip(rows, result["rows"]):
                for side in ("tuned", "base"):
                    if row[side] is not None:
                        scored[side][name] = float(score(row["reference"], row[side]))
        except Exception as error:  # one score less is no failed job
            traceback.print_exc()
            result["errors"][name] = str(error)[:500]
            for scored in result["rows"]:
                for side in ("tuned", "base"):
                    (scored[side] or {}).pop(name, None)
    output = ROOT / "output" / "scores.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result), encoding="utf-8")


try:
    main()
except Exception as error:
    traceback.print_exc()
    MESSAGE.parent.mkdir(parents=True, exist_ok=True)
    MESSAGE.write_text(str(error)[:1000], encoding="utf-8")
    sys.exit(1)
`
