"""What PyTorch and transformers compute with a whole model: the gradient of every weight, losses of AdamW's steps, logits.

    python full.py JOB.json

JOB: [{"folder", "batches": [[row]], "rate", "steps", "texts", "out"}]. A row is {"ids", "targets": [{"at", "right",
"among"}]}: token `right` follows position `at`, among these tokens or, where it is null, the whole vocabulary. The loss is
the mean over a batch's targets. `out` receives JSON: {"gradient": {weight: numbers}} of the first batch, {"losses"} of
training on the batches in turn, {"logits"} of the first batch's rows before any step, and {"ids"} of the texts.
"""
import json
import sys
import warnings
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

warnings.filterwarnings("ignore")


def loss_of(model, batch):
    terms = []
    for row in batch:
        logits = model(torch.tensor([row["ids"]])).logits[0]
        for target in row["targets"]:
            scores = logits[target["at"]]
            right = target["right"]
            if target["among"] is not None:
                scores, right = scores[target["among"]], target["among"].index(right)
            terms.append(-scores.log_softmax(-1)[right])
    return torch.stack(terms).mean()


for job in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    load = dict(dtype=torch.float32, attn_implementation="eager")
    model = AutoModelForCausalLM.from_pretrained(job["folder"], **load).eval()
    found = {"losses": []}
    with torch.no_grad():
        found["logits"] = [model(torch.tensor([row["ids"]])).logits[0].flatten().tolist() for row in job["batches"][0]]
    if job["texts"]:
        tokenizer = AutoTokenizer.from_pretrained(job["folder"])
        found["ids"] = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in job["texts"]]
    optimiser = torch.optim.AdamW(model.parameters(), lr=job["rate"], weight_decay=0.0)
    for step in range(job["steps"]):
        loss = loss_of(model, job["batches"][step % len(job["batches"])])
        optimiser.zero_grad()
        loss.backward()
        if step == 0:
            found["gradient"] = {name: value.grad.flatten().tolist() for name, value in model.named_parameters()}
        optimiser.step()
        found["losses"].append(loss.item())
    Path(job["out"]).write_text(json.dumps(found))
