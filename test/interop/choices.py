"""Runs exported folders' own apply.py as a program, and PEFT on batches of rows.

    python choices.py JOB.json

JOB: [{"base", "folder", "rows": FILE of JSON lines, "out"}]; `out` receives what `apply.py --jsonl` prints. Where "padded"
is true, `out`.padded receives the largest difference of a logit between PEFT on a batch that is padded on the right and
PEFT on each row by itself, and the same for padding on the left.
"""
import contextlib
import importlib.util
import io
import json
import sys
import warnings
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, logging

warnings.filterwarnings("ignore")
logging.set_verbosity_error()
torch.set_num_threads(1)


def module_of(folder):
    spec = importlib.util.spec_from_file_location("apply", Path(folder) / "apply.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def said(folder, *arguments):
    sys.argv = ["apply.py", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        module_of(folder).main()
    return out.getvalue()


@torch.no_grad()
def differences(job):
    """Largest differences of the logits after each row's last token: right padding, left padding."""
    tokenizer = AutoTokenizer.from_pretrained(job["base"])
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(job["base"], dtype=torch.float32), job["folder"]).eval()
    template = json.loads((Path(job["folder"]) / "softprompt.json").read_text("utf-8"))["template"]
    texts = [json.loads(line)["text"] for line in Path(job["rows"]).read_text("utf-8").splitlines()][:6]
    rows = [module_of(job["folder"]).question_of(tokenizer, template, text)[0] for text in texts]
    alone = [model(input_ids=torch.tensor([row]), attention_mask=torch.ones(1, len(row))).logits[0, -1] for row in rows]
    longest, found = max(map(len, rows)), []
    for left in (False, True):
        pads = [[0] * (longest - len(row)) for row in rows]
        ids = torch.tensor([pad + row if left else row + pad for row, pad in zip(rows, pads)])
        mask = torch.tensor([[0] * len(p) + [1] * len(r) if left else [1] * len(r) + [0] * len(p) for r, p in zip(rows, pads)])
        logits = model(input_ids=ids, attention_mask=mask).logits
        behind = logits.shape[1] - longest
        ends = [behind + longest - 1 if left else behind + len(row) - 1 for row in rows]
        found.append(max((logits[i, end] - alone[i]).abs().max().item() for i, end in enumerate(ends)))
    return found


for job in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    Path(job["out"]).write_text(said(job["folder"], "--base", job["base"], "--jsonl", job["rows"]), "utf-8")
    if job.get("check"):
        Path(job["out"] + ".check").write_text(said(job["folder"], "--base", job["base"], "--check"), "utf-8")
    if job.get("padded"):
        Path(job["out"] + ".padded").write_text(json.dumps(differences(job)), "utf-8")
