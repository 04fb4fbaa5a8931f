# Asks the local API by the official Python clients, unmodified, and writes down what they read.
import json
import sys

import openai
from typesafe_sdk import Choice, Noul, Score, TypeSafeAPIError, TypeSafeClient

job = json.load(open(sys.argv[1], encoding="utf-8"))
out = {}

client = openai.OpenAI(base_url=f"{job['url']}/v1", api_key=job["key"], max_retries=0)
out["models"] = [model.id for model in client.models.list()]
out["model"] = client.models.retrieve(job["prompt"]).id

messages = [{"role": "user", "content": job["text"]}]
chat = client.chat.completions.create(model=job["prompt"], messages=messages, logprobs=True, top_logprobs=2)
out["label"] = chat.choices[0].message.content
out["label_logprobs"] = len(chat.choices[0].logprobs.content[0].top_logprobs)

greedy = {"temperature": 0, "max_tokens": 12, "seed": 1}
whole = client.completions.create(model=job["model"], prompt=job["text"], logprobs=2, **greedy)
out["completion"] = whole.choices[0].text
out["completion_tokens"] = whole.usage.completion_tokens
out["completion_logprobs"] = len(whole.choices[0].logprobs.token_logprobs)
stream = client.completions.create(
    model=job["model"], prompt=job["text"], stream=True, stream_options={"include_usage": True}, **greedy
)
chunks = list(stream)
out["streamed"] = "".join(choice.text for chunk in chunks for choice in chunk.choices)
out["streamed_tokens"] = chunks[-1].usage.completion_tokens

asked = {
    "model": job["model"],
    "messages": messages,
    "seed": 3,
    "extra_body": {"top_k": 50, "min_p": 0.001, "repetition_penalty": 1.1, "chat_template_kwargs": {"enable_thinking": True}},
}


def by(schema):
    return {"type": "json_schema", "json_schema": {"name": "mail", "strict": True, "schema": schema}}


pieces, tokens = [], []
for chunk in client.chat.completions.create(
    response_format=by(job["schema"]), stream=True, logprobs=True, top_logprobs=1, max_tokens=200, **asked
):
    [choice] = chunk.choices
    pieces.append(choice.delta.content or "")
    tokens += [token.token for token in choice.logprobs.content] if choice.logprobs else []
    out["json_reason"] = choice.finish_reason
out["json"] = "".join(pieces)
out["json_tokens"] = "".join(tokens)
try:
    client.chat.completions.create(response_format=by({"type": "string", "pattern": "a"}), **asked)
except openai.BadRequestError as error:
    out["json_refused"] = [error.body["code"], error.body["param"]]

try:
    client.chat.completions.create(model="nobody", messages=messages)
except openai.NotFoundError as error:
    out["missing"] = error.body["code"]
try:
    openai.OpenAI(base_url=f"{job['url']}/v1", api_key="sp-none", max_retries=0).models.list()
except openai.AuthenticationError as error:
    out["stranger"] = error.body["code"]

decision = client.decisions.create(
    model=job["model"],
    input=job["text"],
    questions=[
        {
            "type": "choice",
            "name": job["prompt"],
            "instructions": "Which?",
            "choices": [{"value": label} for label in job["labels"]],
        },
        {"type": "predicate", "name": "urgent", "instructions": "Is it urgent?"},
        {"type": "score", "instructions": "How angry?", "levels": [{"label": "calm"}, {"label": "angry"}]},
    ],
)
out["decision"] = [answer.type for answer in decision.answers]
out["choice"] = decision.answers[0].choice
out["probabilities"] = [each.probability for each in decision.answers[0].probabilities]
out["predicate"] = decision.answers[1].probability

with TypeSafeClient(api_key=job["key"], base_url=job["url"], model=job["model"]) as typesafe:
    result = typesafe.system_one(
        state={"message": job["text"]},
        questions={
            job["prompt"]: Choice(instructions="Which?", criteria={label: None for label in job["labels"]}),
            "urgent": Noul(instructions="Is it urgent?"),
            "anger": Score(instructions="How angry?", criteria=["calm", "cross", "angry"]),
        },
    )
    out["typesafe_choice"] = result.choices[job["prompt"]].choice
    out["typesafe_confidence"] = result.choices[job["prompt"]].confidence
    out["typesafe_noul"] = result.nouls["urgent"].noul
    out["typesafe_score"] = result.scores["anger"].score
    out["typesafe_legend"] = result.scores["anger"].legend[2]
    out["typesafe_request"] = result.request_id
    out["typesafe_models"] = [model.name for model in typesafe.models.list().models]
    try:
        typesafe.system_one(state="x", questions={"q": {"type": "aurora", "instructions": "?"}})
    except TypeSafeAPIError as error:
        out["typesafe_refused"] = [error.status, str(error)]

json.dump(out, open(job["out"], "w", encoding="utf-8"))
