"""What plain PyTorch computes for linear updates and a prefix that act on the tail of each row: loss and gradients.

    python plain.py JOB.json

JOB: [{"base", "tensors": {tensor: {"shape", "data"}}, "trained": [tensors], "scale": of the low-rank updates, "rows":
[[token ids]], "text": tokens of each row that are no labels, "tail": tokens at the end of the text from which on the parts
act, "out"}]. Tensors are named as the studio's methods name them: "0.q_proj.lora_A", "keys.0", "keys.0.init"; rows are
equally long. `out` receives JSON: {"loss", "gradient": {tensor: numbers}}.
"""
import json
import sys
import warnings
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, DynamicCache

warnings.filterwarnings("ignore")
# The models are tiny, and the machine is shared.
torch.set_num_threads(1)


def update(linear, own, acting, scale):
    """The linear map changed on the last `acting` tokens: outputs * (W (inputs * x) + scale B A x) + bias."""
    base = linear.forward
    scaled = {"down_proj": "inputs"}.get(linear.name, "outputs")

    def forward(x):
        head, tail = x[:, : x.shape[1] - acting], x[:, x.shape[1] - acting :]
        factors = {scaled: own["ia3_l"]} if "ia3_l" in own else {}
        y = base(tail * factors.get("inputs", 1))
        if "lora_A" in own:
            y = y + scale * (tail @ own["lora_A"].T @ own["lora_B"].T)
        y = y * factors.get("outputs", 1) + own.get("bias", 0)
        return torch.cat([base(head), y], dim=1)

    linear.forward = forward


def masks(config, tokens, past, unaware):
    """Causal masks [1, 1, tokens, past + tokens] in which the first `unaware` tokens do not see the past."""
    q, k = torch.arange(tokens)[:, None], torch.arange(-past, tokens)[None]
    seen = (k <= q) & ((k >= 0) | (q >= unaware))
    near = seen & ((q - k < (getattr(config, "sliding_window", None) or 1 << 30)) | (k < 0))
    additive = lambda allowed: torch.zeros(allowed.shape).masked_fill(~allowed, torch.finfo(torch.float32).min)[None, None]
    if config.model_type != "gemma3_text":
        return additive(seen)
    return {"full_attention": additive(seen), "sliding_attention": additive(near)}


def prefix(tensors, layers, rows):
    """The cache of a prefix whose keys and values are init + scale * delta, and its number of tokens."""
    cache = DynamicCache()
    if "keys.0" not in tensors:
        return cache, 0
    part = lambda name: tensors[f"{name}.init"] + tensors[f"{name}.scale"] * tensors[name]
    by_head = lambda name: part(name).permute(1, 0, 2)[None].expand(rows, -1, -1, -1)
    for layer in range(layers):
        cache.update(by_head(f"keys.{layer}"), by_head(f"values.{layer}"), layer)
    return cache, len(tensors["keys.0"])


def compute(job):
    model = AutoModelForCausalLM.from_pretrained(job["base"], dtype=torch.float32, attn_implementation="eager").eval()
    model.requires_grad_(False)
    tensors = {name: torch.tensor(t["data"]).reshape(t["shape"]) for name, t in job["tensors"].items()}
    trained = {name: tensors[name].requires_grad_(True) for name in job["trained"]}
    rows = torch.tensor(job["rows"])
    count, length = rows.shape
    acting = length - job["text"] + job["tail"]
    places = {name.rsplit(".", 1)[0] for name in tensors if not name.startswith(("keys", "values"))}
    for place in places:
        layer, name = place.split(".")
        block = model.model.layers[int(layer)]
        linear = getattr(block.mlp if name in ("gate_proj", "up_proj", "down_proj") else block.self_attn, name)
        linear.name = name
        own = {key.rsplit(".", 1)[1]: value for key, value in tensors.items() if key.startswith(place + ".")}
        update(linear, own, acting, job["scale"])
    past, virtual = prefix(tensors, len(model.model.layers), count)
    logits = model(
        rows, position_ids=torch.arange(virtual, virtual + length)[None], past_key_values=past, use_cache=True,
        attention_mask=masks(model.config, length, virtual, length - acting),
    ).logits
    ends = logits[:, job["text"] - 1 : -1].log_softmax(-1)
    loss = -ends.gather(2, rows[:, job["text"] :, None]).mean()
    loss.backward()
    return {"loss": loss.item(), "gradient": {name: value.grad.flatten().tolist() for name, value in trained.items()}}


for job in json.loads(Path(sys.argv[1]).read_text("utf-8")):
    Path(job["out"]).write_text(json.dumps(compute(job)))
