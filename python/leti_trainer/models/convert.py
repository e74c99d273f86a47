"""GGUF files brought back to model folders."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from leti_trainer.errors import TrainerError, as_trainer_error
from leti_trainer.models.models import check_model_folder
from leti_trainer.models.transfer import sha256_of

_PACKAGE = "package:"
_ARCHITECTURES = ("llama", "qwen2")
"""What tokenizers and weights were compared for; another one would come out subtly wrong."""
_HEAD, _EMBEDDING = "lm_head.weight", "model.embed_tokens.weight"
_TENSORS = {_HEAD: "output.weight", _EMBEDDING: "token_embd.weight"}
_UNUSED_TOKEN = 5
"""A kind of token, as GGUF counts kinds."""
_COMPARED_ROWS = 2048
_SAME = 0.2
"""Two roundings of one matrix to 4 bits or more differ by less than this share of their size."""


def convert_gguf(gguf: str, sha256: str, out: Path) -> dict[str, Any]:
    """Writes the float32 model folder of a GGUF file into `out`; returns its number of `parameters`.

    `gguf` is a path, or `package:NAME` for the file that an installed package ships. Transformers marks a
    model loaded from GGUF as quantised and then refuses to save it, so its weights go into a fresh model.
    TrainerError `bad_model`: the file is damaged, is not the one of the hash, or is of an architecture that
    LeTI does not convert.
    """
    file = find_gguf(gguf)
    if (found := sha256_of(file)) != sha256:
        raise TrainerError(
            "bad_model", f"{file} is altered: its SHA-256 is {found}, and {sha256} was expected"
        )
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        facts = _Facts(file)
        facts.require_known_architecture()
        loaded = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    except Exception as error:  # noqa: BLE001 (every library on the way has its own)
        if as_trainer_error(error).code != "internal":
            raise
        raise TrainerError("bad_model", f"{file} cannot be read as GGUF: {error}") from error
    config, weights = loaded.config, loaded.state_dict()
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.tie_word_embeddings = _tied(weights, facts)
    with torch.device("meta"):
        fresh = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    fresh.load_state_dict(weights, assign=True)
    # Loading by assignment took apart what shares one tensor.
    fresh.tie_weights()
    # The export asks for it, and saving writes it only for models that were loaded in the usual way.
    fresh.config.architectures = [type(fresh).__name__]
    fresh.config.name_or_path = ""
    if facts.pre_tokenizer == "smollm":
        _split_digits(tokenizer.backend_tokenizer)
    if facts.pre_tokenizer == "qwen2":
        _as_qwen(tokenizer, fresh)
    fresh.save_pretrained(out, safe_serialization=True)
    tokenizer.save_pretrained(out)
    _drop_unused(out / "tokenizer.json", facts.unused)
    check_model_folder(out)
    return {"parameters": sum(p.numel() for p in fresh.parameters())}


def find_gguf(name: str) -> Path:
    """The GGUF file that a request names; packages are searched without importing them."""
    if not name.startswith(_PACKAGE):
        path = Path(name)
        if not path.is_file():
            raise TrainerError("bad_model", f"there is no file {name}")
        return path
    package = name.removeprefix(_PACKAGE)
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or spec.submodule_search_locations is None:
        raise TrainerError("bad_model", f"the package {package} is not installed in the trainer environment")
    files = sorted(f for place in spec.submodule_search_locations for f in Path(place).rglob("*.gguf"))
    if not files:
        raise TrainerError("bad_model", f"the package {package} holds no GGUF file")
    return files[0]


class _Facts:
    """What a GGUF file says of its model, apart from the weights."""

    def __init__(self, file: Path) -> None:
        from gguf import GGUFReader

        reader = GGUFReader(file)

        def field(name: str) -> Any:
            found = reader.get_field(name)
            return None if found is None else found.contents()

        self._file = file
        self.architecture = field("general.architecture")
        self.pre_tokenizer = field("tokenizer.ggml.pre")
        names, kinds = field("tokenizer.ggml.tokens") or [], field("tokenizer.ggml.token_type") or []
        self.unused = {name for name, kind in zip(names, kinds, strict=False) if kind == _UNUSED_TOKEN}
        """Rows of the embedding that no text can spell; they make its size a round number."""
        self.bits = {str(t.name): 8 * int(t.n_bytes) / int(t.n_elements) for t in reader.tensors}
        """Per weight, by the tensor's name in the file."""

    def require_known_architecture(self) -> None:
        if self.architecture not in _ARCHITECTURES:
            known = " and ".join(_ARCHITECTURES)
            raise TrainerError(
                "bad_model",
                f"{self._file} holds a model of the architecture {self.architecture!r},"
                f" and LeTI converts {known}",
            )


def _tied(weights: dict[str, Any], facts: _Facts) -> bool:
    """Whether embedding and output are one matrix; then both become the more precise of the two.

    A file may hold the same matrix twice, in two precisions. As two it would train, and be stored, as two.
    """
    head, embedding = weights[_HEAD], weights[_EMBEDDING]
    if _TENSORS[_HEAD] not in facts.bits:
        return True
    if head.shape != embedding.shape:
        return False
    rows = slice(0, _COMPARED_ROWS)
    difference = (head[rows] - embedding[rows]).norm() / head[rows].norm()
    if not bool(difference < _SAME):
        return False
    finer = max((_HEAD, _EMBEDDING), key=lambda name: facts.bits[_TENSORS[name]])
    weights[_HEAD] = weights[_EMBEDDING] = weights[finer]
    return True


def _as_qwen(tokenizer: Any, model: Any) -> None:
    """Sets what the original files say and GGUF or transformers leave out."""
    from tokenizers import normalizers

    tokenizer.backend_tokenizer.normalizer = normalizers.NFC()
    tokenizer.model_max_length = model.config.max_position_embeddings
    # No text of this family begins with a token of its own.
    tokenizer.bos_token = None
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, tokenizer.pad_token_id]


def _drop_unused(file: Path, unused: set[str]) -> None:
    """Takes tokens without a text out of the vocabulary, where a search by text would find their names."""
    content = json.loads(file.read_text(encoding="utf-8"))
    content["model"]["vocab"] = {
        name: token for name, token in content["model"]["vocab"].items() if name not in unused
    }
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _split_digits(tokenizer: Any) -> None:
    """SmolLM's tokenizer reads digits one by one before all else; transformers leaves that out."""
    from tokenizers import pre_tokenizers

    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
