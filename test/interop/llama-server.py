"""What llama-server answers with an adapter: the likeliest tokens that follow each row.

    python llama-server.py JOB.json

JOB: {"model": GGUF, "adapter": GGUF, "rows": [[token ids]], "tokens": how many, "say": a token of
letters, "out"}; `out` receives JSON: {"version",
"adapters": what the server says of its adapters, "rows": [[[token, log-probability]]], the likeliest first}.
"""
import json
import sys
import urllib.request
from importlib.metadata import version
from pathlib import Path

import xllamacpp

job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
params = xllamacpp.CommonParams()
params.model.path = job["model"]
params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(job["adapter"], 1.0)]
params.n_ctx, params.n_parallel, params.port, params.warmup = 1024, 1, 0, False
# More would wait for each other where the machine is busy.
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.listening_address + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def following(ids):
    # Where what it writes is no whole character, the server keeps the probabilities to itself: it is made to write one. They
    # are those from before.
    asked = {"prompt": ids, "n_predict": 1, "n_probs": job["tokens"], "logit_bias": [[job["say"], 1000]]}
    found = ask("/completion", {**asked, "temperature": 0})
    return [[each["id"], each["logprob"]] for each in found["completion_probabilities"][0]["top_logprobs"]]


rows = [following(ids) for ids in job["rows"]]
found = {"version": version("xllamacpp"), "adapters": ask("/lora-adapters"), "rows": rows}
Path(job["out"]).write_text(json.dumps(found))
