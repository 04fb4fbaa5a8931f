# PEFT's side of a measurement: the training steps of peft's prompt tuning, or of its LoRA where the job has a rank. Arguments: a StepJob's file, a torch dtype.
import json
import resource
import sys
import time

import torch
from peft import LoraConfig, PromptTuningConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM

with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)
dtype = getattr(torch, sys.argv[2])
torch.set_num_threads(job["threads"])

base = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=dtype)
base.config.use_cache = False
if "rank" in job:
    config = LoraConfig(task_type=TaskType.CAUSAL_LM, r=job["rank"], lora_alpha=16, target_modules="all-linear")
    model = get_peft_model(base, config)
else:
    config = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=job["tokens"])
    model = get_peft_model(base, config)
    prompt = model.prompt_encoder["default"].embedding.weight
    prompt.data = torch.tensor(job["prompt"], dtype=torch.float32).reshape(prompt.shape).to(prompt.dtype)
model.train()
trainable = [p for p in model.parameters() if p.requires_grad]
optimiser = torch.optim.AdamW(trainable, lr=job["learningRate"], weight_decay=0.0)


def tensors(rows):
    """Right-padded ids, attention mask and labels; only a row's last tokens count for the loss."""
    length = max(len(row["ids"]) for row in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, -100)
    for i, row in enumerate(rows):
        n = len(row["ids"])
        ids[i, :n] = torch.tensor(row["ids"])
        mask[i, :n] = 1
        labels[i, n - row["labels"] : n] = ids[i, n - row["labels"] : n]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


batches = [tensors(rows) for rows in job["batches"]]


def forget_loading():
    """Resets the peak of memory: reading the weights, and changing their type, is not part of a step."""
    try:
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
    except OSError:
        pass


def peak_bytes():
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) * 1024
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


kernels = dtype != torch.bfloat16 or torch.ops.mkldnn._is_mkldnn_bf16_supported()
forget_loading()
step = 0
for line in sys.stdin:
    milliseconds, losses = [], []
    for _ in range(json.loads(line)["steps"]):
        began = time.perf_counter()
        loss = model(**batches[step % len(batches)]).loss
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        milliseconds.append((time.perf_counter() - began) * 1e3)
        losses.append(loss.item())
        step += 1
    answer = {"milliseconds": milliseconds, "losses": losses, "peakBytes": peak_bytes(), "kernels": kernels, "precomputeMs": 0}
    print(json.dumps(answer), flush=True)
