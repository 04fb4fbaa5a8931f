"""Uses the soft prompt in this folder, with its virtual tokens where they were tuned.

    python apply.py "a text"                    prints the likeliest of the prompt's answers, or the answer it writes
    python apply.py --base PATH_OR_NAME "…"     with the base model from there

Needs torch, transformers and safetensors.
"""
import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache


class SoftPrompt:
    def __init__(self, folder, model):
        folder = Path(folder)
        self.model = model
        self.meaning = json.loads((folder / "softprompt.json").read_text("utf-8"))
        self.config = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        self.vectors = load_file(folder / "adapter_model.safetensors")["prompt_embeddings"].to(model.dtype)

    @torch.no_grad()
    def logits(self, question, answer=(), text_start=0):
        """Logits [1 + len(answer), vocabulary]: of what follows the question, and of what follows each answer token.
        `question`, `answer`: token ids; `text_start`: index in the question where the row's own text starts."""
        ids = torch.tensor([[*question, *answer]])
        if self.config["peft_type"] == "PROMPT_TUNING":
            at = {"start": 0, "before-text": text_start, "after-text": len(question)}[self.meaning["placement"]]
            words = self.model.get_input_embeddings()(ids)
            rows = torch.cat([words[:, :at], self.vectors[None], words[:, at:]], dim=1)
            result = self.model(inputs_embeds=rows).logits
        else:
            unaware = 0 if self.meaning["placement"] == "start" else max(0, len(question) - self.meaning["tail"])
            result = self._behind_prefix(ids, unaware)
        return result[0, -1 - len(answer):]

    def _behind_prefix(self, ids, unaware):
        """The first `unaware` tokens do not see the prefix, though their positions follow it."""
        tokens = self.config["num_virtual_tokens"]
        window = getattr(self.model.config, "sliding_window", None)
        if unaware and window and tokens + ids.shape[1] > window:
            raise ValueError(f"text and virtual tokens are longer than the model's window of {window} tokens")
        heads, size = self.config["num_attention_heads"], self.config["token_dim"] // self.config["num_attention_heads"]
        layers = self.vectors.view(1, tokens, self.config["num_layers"], 2, heads, size).permute(2, 3, 0, 4, 1, 5)
        text = DynamicCache()
        positions = torch.arange(tokens, tokens + ids.shape[1])[None]
        if unaware:
            self.model(ids[:, :unaware], position_ids=positions[:, :unaware], past_key_values=text, use_cache=True)
        past = DynamicCache()
        for index, (keys, values) in enumerate(layers):
            if unaware:
                keys = torch.cat([keys, text.layers[index].keys], dim=2)
                values = torch.cat([values, text.layers[index].values], dim=2)
            past.update(keys, values, index)
        mask = torch.ones(1, tokens + ids.shape[1], dtype=torch.long)
        return self.model(
            ids[:, unaware:], position_ids=positions[:, unaware:], attention_mask=mask, past_key_values=past, use_cache=True
        ).logits


def written(prompt, tokenizer, question, start, most):
    """The answer as the model writes it: the likeliest token each time, until one ends it or a line does."""
    ends = {tokenizer.eos_token_id, prompt.model.generation_config.eos_token_id}
    answer = []
    while len(answer) < most:
        token = int(prompt.logits(question, answer, start)[-1].argmax())
        text = tokenizer.decode([*answer, token]).strip()
        if token in ends or "\n" in text:
            break
        answer.append(token)
    return tokenizer.decode(answer).strip()


def question_of(tokenizer, template, text):
    """Token ids of the filled template, and where the text starts in them."""
    before, after = template["body"].split("{text}")
    if template["kind"] == "plain":
        before = f"{template['instruction']}\n{before}" if template["instruction"] else before
        whole, start = tokenizer(before + text + after)["input_ids"], tokenizer(before)["input_ids"]
    else:
        system = [{"role": "system", "content": template["instruction"]}] if template["instruction"] else []
        def rendered(content):
            messages = [*system, {"role": "user", "content": content}]
            return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        whole = tokenizer(rendered(before + text + after), add_special_tokens=False)["input_ids"]
        mark = "\uf8ff"
        start = tokenizer(rendered(before + mark + after).split(mark)[0], add_special_tokens=False)["input_ids"]
    shared = next((i for i, (a, b) in enumerate(zip(whole, start)) if a != b), min(len(whole), len(start)))
    return whole, shared


def main():
    folder = Path(__file__).parent
    meaning = json.loads((folder / "softprompt.json").read_text("utf-8"))
    parser = argparse.ArgumentParser(description="Answers a text with the soft prompt in this folder.")
    parser.add_argument("text")
    parser.add_argument("--most", type=int, default=200, help="tokens of an answer that is written, at most")
    parser.add_argument("--base", default=meaning["base_model"], help="folder or name of the base model")
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    prompt = SoftPrompt(folder, AutoModelForCausalLM.from_pretrained(arguments.base, dtype=torch.float32).eval())
    question, start = question_of(tokenizer, meaning["template"], arguments.text)
    if not meaning["labels"]:
        print(written(prompt, tokenizer, question, start, arguments.most))
        return
    prefix = meaning["template"]["answerPrefix"]
    scores = {}
    for label in meaning["labels"]:
        answer = tokenizer(prefix + label, add_special_tokens=False)["input_ids"]
        steps = prompt.logits(question, answer, start).log_softmax(-1)
        scores[label] = sum(steps[i, token].item() for i, token in enumerate(answer))
    for label in sorted(scores, key=scores.get, reverse=True):
        print(f"{scores[label]:9.3f}  {label}")


if __name__ == "__main__":
    main()
