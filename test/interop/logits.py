"""Logits of exported prompts as the real PEFT and the folder's own apply.py compute them.

    python logits.py JOB.json

JOB: [{"base", "folder", "rows": [{"question", "answer", "textStart"}], "peft", "out"}]; `out` receives float32 logits, row after row:
PEFT's where `peft` is true, then apply.py's.
"""
import importlib.util
import json
import sys
import warnings
from pathlib import Path

import numpy
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

warnings.filterwarnings("ignore")


def script_of(folder):
    spec = importlib.util.spec_from_file_location("apply", Path(folder) / "apply.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@torch.no_grad()
def from_peft(base, folder, rows):
    model = PeftModel.from_pretrained(base, folder).eval()
    for row in rows:
        ids = torch.tensor([[*row["question"], *row["answer"]]])
        yield model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, -1 - len(row["answer"]):]


def from_script(base, folder, rows):
    prompt = script_of(folder).SoftPrompt(folder, base)
    for row in rows:
        yield prompt.logits(row["question"], row["answer"], row["textStart"])


for job in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    load = lambda: AutoModelForCausalLM.from_pretrained(job["base"], dtype=torch.float32, attn_implementation="eager").eval()
    parts = list(from_peft(load(), job["folder"], job["rows"])) if job["peft"] else []
    parts += list(from_script(load(), job["folder"], job["rows"]))
    numpy.concatenate([part.detach().numpy().ravel() for part in parts]).astype("<f4").tofile(job["out"])
