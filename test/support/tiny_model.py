"""Makes a tiny model that really writes programs: a two-layer Llama trained for seconds on references.

Usage: python tiny_model.py TASKS.jsonl OUT [STEPS]. More steps, surer programs. Deterministic; the tokenizer
is trained on the same texts.
"""

import json
import sys
from pathlib import Path

import torch
from tiny_llama import byte_tokenizer, two_layers
from transformers import LlamaForCausalLM

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|reserved_{i}|>" for i in range(4))]
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def main(tasks_file: str, out: str, steps: str = "60") -> None:
    tasks = [json.loads(line) for line in Path(tasks_file).read_text(encoding="utf-8").splitlines()]
    texts = [task["instruction"] + "\n" + task["prefix"] + task["reference"] for task in tasks]
    tokenizer = byte_tokenizer(texts, SPECIAL, 512)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "bos_token": "<|im_start|>",
                "eos_token": "<|im_end|>",
                "chat_template": TEMPLATE,
                "tokenizer_class": "PreTrainedTokenizerFast",
            }
        ),
        encoding="utf-8",
    )
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = LlamaForCausalLM(two_layers(tokenizer, max_position_embeddings=1024, tie_word_embeddings=True))
    rows = [tokenizer.encode(_text(task)).ids for task in tasks]
    length = max(len(row) for row in rows)
    ids = torch.tensor([row + [2] * (length - len(row)) for row in rows])
    labels = torch.tensor([row + [-100] * (length - len(row)) for row in rows])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(int(steps)):
        optimizer.zero_grad()
        model(input_ids=ids, labels=labels).loss.backward()
        optimizer.step()
    model.save_pretrained(folder)


def _text(task: dict[str, str]) -> str:
    return (
        f"<|im_start|>user\n{task['instruction']}<|im_end|>\n<|im_start|>assistant\n"
        f"```python\n{task['prefix']}{task['reference']}\n```<|im_end|>"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
