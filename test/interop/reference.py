"""What the real PEFT computes for a method that trains a network before its virtual tokens: loss, gradients and a curve.

    python reference.py JOB.json

JOB: {"base", "config": {PEFT configuration}, "weights": {parameter of the prompt encoder: numbers}, "batches":
[[token ids]], "text": tokens of each row that are no labels, "rate", "steps", "out"}; `out` receives JSON: {"loss",
"gradient": {parameter: numbers}} of the first batch, and {"losses"} of training on the batches in turn.
"""
import json
import sys
import warnings
from pathlib import Path

import peft
import torch
from transformers import AutoModelForCausalLM

warnings.filterwarnings("ignore")
job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
base = AutoModelForCausalLM.from_pretrained(job["base"], dtype=torch.float32, attn_implementation="eager").eval()
model = peft.get_peft_model(base, peft.get_peft_config({**job["config"], "task_type": "CAUSAL_LM"}))
encoder = dict(model.prompt_encoder["default"].named_parameters())
assert set(encoder) == set(job["weights"]), sorted(encoder)
with torch.no_grad():
    for name, value in job["weights"].items():
        encoder[name].copy_(torch.tensor(value).reshape(encoder[name].shape))
optimiser = torch.optim.AdamW(encoder.values(), lr=job["rate"], weight_decay=0.0)
found = {"losses": []}
for step in range(job["steps"]):
    rows = torch.tensor(job["batches"][step % len(job["batches"])])
    labels = rows.clone()
    labels[:, :job["text"]] = -100
    loss = model(input_ids=rows, attention_mask=torch.ones_like(rows), labels=labels).loss
    optimiser.zero_grad()
    loss.backward()
    if step == 0:
        found |= {"loss": loss.item(), "gradient": {name: value.grad.flatten().tolist() for name, value in encoder.items()}}
    optimiser.step()
    found["losses"].append(loss.item())
Path(job["out"]).write_text(json.dumps(found))
