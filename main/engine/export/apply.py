"""Answers texts with the soft prompt in this folder, as Softprompt Studio does: the same tokens, the same choice.

    python apply.py "a text"                    prints the prompt's labels, the likeliest first, or the answer it writes
    python apply.py --base PATH_OR_NAME "…"     with the base model from there
    python apply.py --jsonl FILE                a line {"text": …, "context": …} each; prints a line of JSON for each
    python apply.py --check                     whether the answers here are those that the studio recorded

Needs torch, transformers, tokenizers and safetensors, and peft where the folder holds LoRA or IA3.
"""
import argparse
import json
import sys
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import AddedToken, Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

ROWS_AT_ONCE = 8
# Largest difference of a probability that another processor or precision of the weights explains.
TOLERANCE = 0.05


class SoftPrompt:
    def __init__(self, folder, model):
        folder = Path(folder)
        self.meaning = json.loads((folder / "softprompt.json").read_text("utf-8"))
        self.config = json.loads((folder / "adapter_config.json").read_text("utf-8"))
        self.model = model
        self.updates = self.config["peft_type"] in ("LORA", "IA3")
        if self.updates:
            from peft import PeftModel

            self.model = PeftModel.from_pretrained(model, folder).eval()
        else:
            self.vectors = load_file(folder / "adapter_model.safetensors")["prompt_embeddings"].to(model.dtype)

    def logits(self, question, answer=(), text_start=0):
        """Logits [1 + len(answer), vocabulary]: of what follows the question, and of what follows each answer token.
        `question`, `answer`: token ids; `text_start`: index in the question where the row's own text starts."""
        return self.batch([(question, answer, text_start)])[0]

    def batch(self, rows):
        """As `logits`, for several rows at once. Shorter rows are padded at their end: padding before a row would move
        its text away from the virtual tokens."""
        found = []
        for start in range(0, len(rows), ROWS_AT_ONCE):
            found += self._batch([([*q], [*a], s) for q, a, s in rows[start : start + ROWS_AT_ONCE]])
        return found

    @torch.no_grad()
    def _batch(self, rows):
        placement = self.meaning["placement"]
        if self.updates:
            result, starts = self._with_adapter(rows, placement)
        elif self.config["peft_type"] == "PROMPT_TUNING":
            result, starts = self._with_embeddings(rows, placement)
        else:
            tail = self.meaning["tail"]
            result, starts = self._behind_prefix(rows, [0 if placement == "start" else max(0, len(q) - tail) for q, _, _ in rows])
        return [result[i, at : at + 1 + len(answer)] for i, (at, (_, answer, _)) in enumerate(zip(starts, rows))]

    def _with_adapter(self, rows, placement):
        """Logits of the rows with the adapter on all tokens, or from the tail on: told to PEFT, which would else take the
        tail's tokens for it wherever they occur last, and be it in the answer."""
        ids = [[*question, *answer] for question, answer, _ in rows]
        longest, ends = max(map(len, ids)), [len(question) - 1 for question, _, _ in rows]
        tails = [longest - max(0, len(question) - self.meaning["tail"]) for question, _, _ in rows]
        where = {} if placement == "start" else {"alora_offsets": tails}
        first = min(ends)
        logits = self.model(input_ids=padded(ids, longest), logits_to_keep=longest - first, **where).logits
        return logits, [end - first for end in ends]

    def _with_embeddings(self, rows, placement):
        """Logits of the rows with the virtual tokens in place, and for each row where its answer begins in them."""
        words = self.model.get_input_embeddings()
        embedded = []
        for question, answer, text_start in rows:
            at = {"start": 0, "before-text": text_start, "after-text": len(question)}[placement]
            own = words(torch.tensor([*question, *answer]))
            embedded.append(torch.cat([own[:at], self.vectors, own[at:]]))
        longest = max(map(len, embedded))
        ends = [len(row) - 1 - len(answer) for row, (_, answer, _) in zip(embedded, rows)]
        padded = torch.stack([torch.cat([row, row[-1:].expand(longest - len(row), -1)]) for row in embedded])
        first = min(ends)
        logits = self.model(inputs_embeds=padded, logits_to_keep=longest - first).logits
        return logits, [end - first for end in ends]

    def _behind_prefix(self, rows, unaware):
        """The first `unaware` tokens of each row do not see the prefix, though their positions follow it."""
        tokens = self.config["num_virtual_tokens"]
        ids = [[*question, *answer] for question, answer, _ in rows]
        window = getattr(self.model.config, "sliding_window", None)
        if any(unaware) and window and tokens + max(map(len, ids)) > window:
            raise ValueError(f"text and virtual tokens are longer than the model's window of {window} tokens")
        read, behind = max(unaware), max(len(row) - n for row, n in zip(ids, unaware))
        text = DynamicCache()
        if read:
            self.model(
                padded([row[:n] for row, n in zip(ids, unaware)], read),
                position_ids=torch.arange(tokens, tokens + read).expand(len(rows), -1),
                past_key_values=text, use_cache=True, logits_to_keep=1,
            )
        past = DynamicCache()
        for index, (keys, values) in enumerate(self._layers(len(rows))):
            if read:
                keys = torch.cat([keys, text.layers[index].keys], dim=2)
                values = torch.cat([values, text.layers[index].values], dim=2)
            past.update(keys, values, index)
        mask = torch.ones(len(rows), tokens + read + behind, dtype=torch.long)
        for i, n in enumerate(unaware):
            mask[i, tokens + n : tokens + read] = 0
        positions = torch.stack([torch.arange(tokens + n, tokens + n + behind) for n in unaware])
        logits = self.model(
            padded([row[n:] for row, n in zip(ids, unaware)], behind),
            position_ids=positions, attention_mask=mask, past_key_values=past, use_cache=True,
        ).logits
        return logits, [len(question) - n - 1 for (question, _, _), n in zip(rows, unaware)]

    def _layers(self, rows):
        heads = self.config["num_attention_heads"]
        size = self.config["token_dim"] // heads
        tokens, layers = self.config["num_virtual_tokens"], self.config["num_layers"]
        parts = self.vectors.view(1, tokens, layers, 2, heads, size).permute(2, 3, 0, 4, 1, 5)
        return [(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1)) for keys, values in parts]

    def scores(self, question, text_start=0):
        """Log-probability of each label, in their order: inside the trie of the labels' tokens, each closed by the end
        token, a softmax over the children of every node at which labels part."""
        rendering = self.meaning["template"]["rendering"]
        closed = [(*ids, rendering["end"]) for ids in rendering["labels"]]
        children = {}
        for ids in closed:
            for i, token in enumerate(ids):
                children.setdefault(ids[:i], set()).add(token)
        nodes = [prefix for prefix, tokens in children.items() if len(tokens) > 1]
        paths = [a for a in nodes if not any(a != b and b[: len(a)] == a for b in nodes)]
        found = dict(zip(paths, self.batch([(question, path, text_start) for path in paths])))
        steps = {}
        for node in nodes:
            row = next(found[path][len(node)] for path in paths if path[: len(node)] == node).double()
            tokens = sorted(children[node])
            steps |= {(node, token): p for token, p in zip(tokens, row[tokens].log_softmax(-1).tolist())}
        return [sum(steps.get((ids[:i], token), 0.0) for i, token in enumerate(ids)) for ids in closed]

    def likelihoods(self, tokenizer, text, context=""):
        """Each label's calibrated probability, the likeliest first; of equal ones the first in the prompt's order."""
        scores = torch.tensor(self.scores(*self.question(tokenizer, text, context)), dtype=torch.float64)
        # Temperature scaling (Guo et al. 2017); its softmax is that of the scores, where the folder has no temperature.
        shares = (scores / self.meaning.get("calibration", {}).get("temperature", 1)).softmax(-1).tolist()
        all = dict(zip(self.meaning["labels"], shares))
        return dict(sorted(all.items(), key=lambda item: -item[1]))

    def write(self, tokenizer, text, context="", most=None):
        """The answer as the model writes it: the likeliest token each time, until one ends it or a stop text does."""
        rendering = self.meaning["template"]["rendering"]
        question, start = self.question(tokenizer, text, context)
        answer, said = [], ""
        while len(answer) < (most or rendering["answerTokens"]):
            token = int(self.logits(question, answer, start)[-1].argmax())
            if token in rendering["ends"]:
                break
            answer.append(token)
            said = tokenizer.decode(answer, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            said = stripped(said.replace("\r\n", "\n"), True, False)
            ends = [said.index(stop) for stop in rendering["stops"] if stop in said]
            if ends:
                said = said[: min(ends)]
                break
        return stripped(said, True, True)

    def question(self, tokenizer, text, context=""):
        """Token ids of the filled template, and where the row's text starts in them."""
        rendering = self.meaning["template"]["rendering"]
        return question_of(tokenizer, self.meaning["template"], text + rendering["beforeContext"] + context if context else text)


def padded(rows, length):
    return torch.tensor([[*row, *[0] * (length - len(row))] for row in rows])


WHITE_SPACE = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))


def stripped(text, start, end):
    text = text.lstrip(WHITE_SPACE) if start else text
    return text.rstrip(WHITE_SPACE) if end else text


def question_of(tokenizer, template, text):
    """Token ids of the filled template, and where the text starts in them. The template was rendered by the studio, once:
    whatever the day, with the instruction where the model reads one. Only the text's end is cut where it is too long."""
    made = template["rendering"]
    text = stripped(text, not made["keeps"]["start"], not made["keeps"]["end"])
    encode = encoder(tokenizer, tuple(made["specials"]))
    middle = encode(made["near"] + text + made["next"], made["first"])
    start = shared(middle, encode(made["near"], made["first"]))
    end = shared(middle[start:][::-1], encode(made["next"], False)[::-1])
    before, after = [*made["lead"], *middle[:start]], [*middle[len(middle) - end :], *made["rest"]]
    room = max(0, made["limit"] - len(before) - len(after))
    return [*before, *middle[start : len(middle) - end][:room], *after], len(before)


def shared(one, other):
    """Length of the common start."""
    return next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))


# Stands before a text that follows other tokens; nobody types it.
MARK = "\ue000\ue00d\ue01a\ue002\ue01f\ue007\ue011\ue00b"


@lru_cache(maxsize=4)
def encoder(tokenizer, specials):
    """Encodes text in which special tokens are ordinary characters; `first` is false where it follows other tokens."""
    parts = json.loads(tokenizer.backend_tokenizer.to_str())
    parts |= {"post_processor": None, "truncation": None, "padding": None}
    for token in parts["added_tokens"]:
        token["special"] = token["content"] in specials
    data = Tokenizer.from_str(json.dumps(parts))
    data.encode_special_tokens = True
    data.add_tokens([AddedToken(MARK, normalized=False, special=False)])
    unknown = parts["model"].get("unk_token")
    spelled = {data.token_to_id(content): content for content in specials if content != unknown}

    def encode(text, first=True):
        if text == "":
            return []
        ids = data.encode(text if first else MARK + text, add_special_tokens=False).ids[0 if first else 1 :]
        special = next((spelled[id] for id in ids if id in spelled), None)
        if special is None or special not in text:
            return ids
        # The model's own merges spell the token: the text is taken apart behind its first character.
        pieces = text.replace(special, special[0] + MARK + special[1:]).split(MARK)
        return [id for i, piece in enumerate(pieces) for id in encode(piece, first and i == 0)]

    return encode


def check(prompt, tokenizer):
    """The largest difference of a probability from those that the studio recorded; None where it recorded none."""
    known = prompt.meaning["known_answers"]
    differences = []
    for row in known:
        scores = prompt.scores(*question_of(tokenizer, prompt.meaning["template"], row["text"]))
        here = torch.tensor(scores).exp().tolist()
        differences += [abs(a - b) for a, b in zip(here, row["probabilities"])]
    return max(differences, default=None)


def main():
    folder = Path(__file__).parent
    meaning = json.loads((folder / "softprompt.json").read_text("utf-8"))
    parser = argparse.ArgumentParser(description="Answers texts with the soft prompt in this folder.")
    parser.add_argument("text", nargs="*")
    parser.add_argument("--context", default="", help="what the text's question is about, or its second column")
    parser.add_argument("--jsonl", metavar="FILE", help="a line of JSON for each text; - = standard input")
    parser.add_argument("--check", action="store_true", help="compare with the answers that the studio recorded")
    parser.add_argument("--most", type=int, help="tokens of an answer that is written, at most")
    parser.add_argument("--base", default=meaning["base_model"], help="folder or name of the base model")
    arguments = parser.parse_args()
    if not (arguments.text or arguments.jsonl or arguments.check):
        parser.error("give a text, --jsonl or --check")
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    prompt = SoftPrompt(folder, AutoModelForCausalLM.from_pretrained(arguments.base, dtype=torch.float32).eval())

    def answer(text, context):
        if not meaning["labels"]:
            return {"answer": prompt.write(tokenizer, text, context, arguments.most)}
        likelihoods = prompt.likelihoods(tokenizer, text, context)
        best = next(iter(likelihoods))
        # From its threshold on the prompt answers alone; what is less sure is for a person to answer.
        threshold = meaning.get("calibration", {}).get("threshold", {}).get("confidence", 0)
        unsure = {"unsure": True} if likelihoods[best] < threshold else {}
        return {"answer": best, "likelihoods": likelihoods, **unsure}

    if arguments.check:
        difference = check(prompt, tokenizer)
        if difference is None:
            print("Not checked: the folder has no recorded answers, because its answers are written freely.")
        else:
            same = difference <= TOLERANCE
            print(f"{'The same' if same else 'Other'} answers as in the studio: probabilities differ by {difference:.4f} at most.")
            if not same:
                sys.exit(f"The base model {arguments.base} is not the one that the prompt was tuned on.")
    for text in arguments.text:
        found = answer(text, arguments.context)
        for label, probability in found.get("likelihoods", {}).items():
            print(f"{100 * probability:6.2f} %  {label}")
        if found.get("unsure"):
            print("Unsure: a person should look at it.")
        if "likelihoods" not in found:
            print(found["answer"])
    if arguments.jsonl:
        with sys.stdin if arguments.jsonl == "-" else open(arguments.jsonl, encoding="utf-8") as lines:
            for row in map(json.loads, filter(str.strip, lines)):
                print(json.dumps(answer(row["text"], row.get("context", "")), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
