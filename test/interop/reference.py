"""What the real PEFT computes for tuning methods: loss, gradients and a curve.

    python reference.py JOB.json

JOB: [{"base", "config": {PEFT configuration}, "weights": {parameter, without the adapter's name: numbers}, "batches":
[[token ids]], "text": tokens of each row that are no labels, "rate", "steps", "out"}]; `out` receives JSON: {"loss",
"gradient": {parameter: numbers}} of the first batch, and {"losses"} of training on the batches in turn. Parameters without
numbers are not trained.
"""
import json
import sys
import warnings
from pathlib import Path

import peft
import torch
from transformers import AutoModelForCausalLM

warnings.filterwarnings("ignore")
# The models are tiny, and the machine is shared.
torch.set_num_threads(1)


def short(name):
    return name.replace(".default", "").removeprefix("prompt_encoder.").removeprefix("base_model.model.")


def trained(job):
    base = AutoModelForCausalLM.from_pretrained(job["base"], dtype=torch.float32, attn_implementation="eager").eval()
    model = peft.get_peft_model(base, peft.get_peft_config({**job["config"], "task_type": "CAUSAL_LM"}))
    all = {short(name): value for name, value in model.named_parameters() if value.requires_grad}
    for name in all.keys() - job["weights"].keys():
        all[name].requires_grad_(False)
    own = {name: all[name] for name in job["weights"]}
    with torch.no_grad():
        for name, value in job["weights"].items():
            own[name].copy_(torch.tensor(value).reshape(own[name].shape))
    return model, own


for job in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    model, parameters = trained(job)
    optimiser = torch.optim.AdamW(parameters.values(), lr=job["rate"], weight_decay=0.0)
    found = {"losses": []}
    for step in range(job["steps"]):
        rows = torch.tensor(job["batches"][step % len(job["batches"])])
        labels = rows.clone()
        labels[:, :job["text"]] = -100
        loss = model(input_ids=rows, attention_mask=torch.ones_like(rows), labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        if step == 0:
            gradient = {name: value.grad.flatten().tolist() for name, value in parameters.items()}
            found |= {"loss": loss.item(), "gradient": gradient}
        optimiser.step()
        found["losses"].append(loss.item())
    Path(job["out"]).write_text(json.dumps(found))
