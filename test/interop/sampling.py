"""What transformers draws from, and what it writes.

    python sampling.py JOB.json

JOB: {"cases": [{"logits", "read", "written", "repetition", "temperature", "topK", "topP", "minP"}],
"texts": [{"folder", "ids", "tokens", "repetition"}], "out"}; `out` receives {"cases", "texts"}: the probability of each token
after transformers' own processors and warpers in the order of its generate(), 0 where one leaves it out, and the ids of each
greedy text.
"""
import json
import sys

import torch
from transformers import (
    AutoModelForCausalLM,
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

job = json.load(open(sys.argv[1], encoding="utf-8"))
probabilities = []
for case in job["cases"]:
    steps = LogitsProcessorList()
    if case["repetition"] != 1:
        steps.append(RepetitionPenaltyLogitsProcessor(penalty=float(case["repetition"])))
    steps.append(TemperatureLogitsWarper(float(case["temperature"])))
    if case["topK"] > 0:
        steps.append(TopKLogitsWarper(top_k=case["topK"]))
    if case["topP"] < 1:
        steps.append(TopPLogitsWarper(top_p=float(case["topP"])))
    if case["minP"] > 0:
        steps.append(MinPLogitsWarper(min_p=float(case["minP"])))
    ids = torch.tensor([[*case["read"], *case["written"]]])
    scores = steps(ids, torch.tensor([case["logits"]], dtype=torch.float32))
    probabilities.append(torch.softmax(scores[0].double(), -1).tolist())

texts = []
for text in job["texts"]:
    model = AutoModelForCausalLM.from_pretrained(text["folder"], dtype=torch.float32, attn_implementation="eager").eval()
    model.generation_config.eos_token_id = None
    ids = torch.tensor([text["ids"]])
    written = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=text["tokens"],
        repetition_penalty=float(text["repetition"]),
        pad_token_id=0,
    )
    texts.append(written[0, len(text["ids"]):].tolist())
json.dump({"cases": probabilities, "texts": texts}, open(job["out"], "w", encoding="utf-8"))
