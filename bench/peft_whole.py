# PEFT's side of a whole job: tunes until the test set is answered well enough. Arguments: a WholeJob's file, prompt-tuning, prefix-tuning or lora, labels or vocabulary.
import time

began = time.perf_counter()

import json
import math
import random
import sys

import torch
from peft import LoraConfig, PrefixTuningConfig, PromptTuningConfig, TaskType, get_peft_model, initialize_kv_prefix_from_past_key_values
from transformers import AutoModelForCausalLM

with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)
method, loss_name = sys.argv[2:4]
torch.set_num_threads(job["threads"])
torch.manual_seed(0)
random.seed(0)

base = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32)
start = torch.tensor([job["start"]])
count = len(job["start"])
if method == "prefix-tuning":
    model = get_peft_model(base, PrefixTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=count))
    with torch.no_grad(), model.disable_adapter():
        read = model(input_ids=start, use_cache=True).past_key_values
    initialize_kv_prefix_from_past_key_values(model, past_key_values=read)
elif method == "lora":
    model = get_peft_model(base, LoraConfig(task_type=TaskType.CAUSAL_LM, r=8, lora_alpha=16, target_modules="all-linear"))
else:
    model = get_peft_model(base, PromptTuningConfig(task_type=TaskType.CAUSAL_LM, num_virtual_tokens=count))
    with torch.no_grad():
        model.prompt_encoder["default"].embedding.weight.copy_(base.get_input_embeddings()(start[0]))
model.train()
steps = job["steps"]
trainable = [p for p in model.parameters() if p.requires_grad]
optimiser = torch.optim.AdamW(trainable, lr=job["rate"], weight_decay=0.0)
warmup = max(1, steps // 20)
schedule = torch.optim.lr_scheduler.LambdaLR(
    optimiser, lambda i: min((i + 1) / warmup, 0.5 + 0.5 * math.cos(math.pi * max(0, i - warmup) / max(1, steps - warmup)))
)
answers = job["answers"]
firsts = torch.tensor([answer[0] for answer in answers])


def padded(rows, with_answers):
    whole = [row["ids"] + (answers[row["label"]] if with_answers else []) for row in rows]
    length = max(map(len, whole))
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    mask = torch.zeros_like(ids)
    labels = torch.full_like(ids, -100)
    for i, (row, tokens) in enumerate(zip(rows, whole)):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        mask[i, : len(tokens)] = 1
        labels[i, len(row["ids"]) : len(tokens)] = ids[i, len(row["ids"]) : len(tokens)]
    return ids, mask, labels


def label_scores(rows):
    """Logits of each label's first token after the row, [rows, labels]; the labels differ there."""
    ids, mask, _ = padded(rows, False)
    out = model(input_ids=ids, attention_mask=mask).logits
    # Prompt tuning gives logits of the virtual tokens too.
    ends = mask.sum(1) - 1 + out.shape[1] - ids.shape[1]
    return out[torch.arange(len(rows)), ends][:, firsts]


def loss_of(rows):
    if loss_name == "labels":
        return torch.nn.functional.cross_entropy(label_scores(rows), torch.tensor([row["label"] for row in rows]))
    ids, mask, labels = padded(rows, True)
    return model(input_ids=ids, attention_mask=mask, labels=labels).loss


def accuracy(rows):
    model.eval()
    right = 0
    by_length = sorted(rows, key=lambda row: len(row["ids"]))
    with torch.no_grad():
        for at in range(0, len(rows), 32):
            some = by_length[at : at + 32]
            right += sum(int(a == row["label"]) for a, row in zip(label_scores(some).argmax(1).tolist(), some))
    model.train()
    return right / len(rows)


def report(**what):
    print(json.dumps(what), flush=True)


evaluating = 0.0
order = []
for step in range(1, steps + 1):
    if len(order) < job["batch"]:
        order += random.sample(job["train"], len(job["train"]))
    # Rows of like length, as a careful user would sort them, would save padding; Trainer draws random batches.
    rows, order = order[: job["batch"]], order[job["batch"] :]
    loss = loss_of(rows)
    loss.backward()
    optimiser.step()
    schedule.step()
    optimiser.zero_grad()
    spent = time.perf_counter() - began - evaluating
    if step % job["evaluateEvery"] and step != steps and spent < job["limit"]:
        continue
    since = time.perf_counter()
    reached = accuracy(job["test"])
    one = time.perf_counter() - since
    evaluating += one
    # Every job is evaluated once; further evaluations on the way are not counted.
    report(step=step, accuracy=reached, seconds=spent + one, loss=loss.item())
    if reached >= job["wanted"] or spent >= job["limit"]:
        break
