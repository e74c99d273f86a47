"""Which tensors of a model folder the data file of its exported graph holds, and where and how.

With this map, src/weights/writeExport.ts puts the weights of another model of the same shape into the same
graph. Names come from the model builder's way of naming. Each is proven by comparing the numbers.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

MAP_FILE = "weight_map.json"
_FORMAT = 1
_CONSTANTS = ("cos_cache", "sin_cache")
"""Parts of the data file that the configuration decides alone."""
_IGNORED = re.compile(r".*name_or_path|architectures|(torch_)?dtype|transformers_version|use_cache")
"""Fields of config.json that change no number of the graph."""
_PROVEN_ROWS = 256
"""So many rows of each tensor are compared."""
_FLOAT = 1
_BYTE = 2
_EXTERNAL = 1


class _NotMappedError(Exception):
    """A part of the data file that does not come from one of the known rules."""


def write_weight_map(model: Path, export: Path) -> str | None:
    """Writes `weight_map.json` into an exported folder that the model builder made of `model`.

    Returns None, or why there is no map: the graph holds something that no rule explains. It runs all the
    same, but only the builder can make one for other weights.
    """
    try:
        content = _map_of(_Tensors(model), export)
    except _NotMappedError as error:
        return str(error)
    content["configs"] = _configs(model)
    (export / MAP_FILE).write_text(json.dumps(content), encoding="utf-8")
    return None


def _configs(model: Path) -> list[dict[str, Any]]:
    """The model's configuration as its folder has it, and as transformers writes it after a training."""
    from transformers import AutoConfig

    stands = json.loads((model / "config.json").read_text(encoding="utf-8"))
    written = json.loads(
        AutoConfig.from_pretrained(model, local_files_only=True).to_json_string(use_diff=True)
    )
    forms = [
        {name: value for name, value in sorted(form.items()) if not _IGNORED.fullmatch(name)}
        for form in (stands, written)
    ]
    return forms[:1] if forms[0] == forms[1] else forms


class _Tensors:
    """The tensors of a model folder, of which rows are read as float32."""

    def __init__(self, folder: Path) -> None:
        from safetensors import safe_open

        files = [safe_open(file, framework="pt") for file in sorted(folder.glob("*.safetensors"))]
        self._files = {name: file for file in files for name in file.keys()}  # noqa: SIM118 (it is no dict)
        self.shapes = {name: list(file.get_slice(name).get_shape()) for name, file in self._files.items()}

    def rows(self, name: str) -> np.ndarray:
        return self._files[name].get_slice(name)[:_PROVEN_ROWS].float().numpy()


def _map_of(tensors: _Tensors, export: Path) -> dict[str, Any]:
    import onnx

    graph = onnx.load(str(export / "model.onnx"), load_external_data=False).graph
    places = {tensor.name: _Place(tensor, export) for tensor in graph.initializer if _is_external(tensor)}
    nodes = {name: node for node in graph.node for name in node.input}
    parts: list[dict[str, Any]] = []
    used: set[str] = set()
    for name, place in places.items():
        if name in _CONSTANTS:
            parts.append({"form": "constant", "at": place.at})
            continue
        if name.endswith(".MatMul.weight_scales"):
            continue
        sources = _sources(name, tensors)
        if name.endswith(".MatMul.weight_Q8"):
            scales = places.get(name.removesuffix("_Q8") + "_scales")
            part = _quantised(name, sources, place, scales, nodes[name], tensors)
        else:
            part = _plain(name, sources, place, tensors)
        parts.append(part)
        used.update(sources)
    unused = tensors.shapes.keys() - used
    if unused:
        raise _NotMappedError(f"the graph holds no {min(unused)}")
    files = {place.file for place in places.values()}
    if len(files) != 1:
        raise _NotMappedError(f"the weights lie in {len(files)} files")
    return {"format": _FORMAT, "data": files.pop(), "tensors": tensors.shapes, "parts": parts}


def _is_external(tensor: Any) -> bool:
    return tensor.data_location == _EXTERNAL


class _Place:
    """Where an initializer lies in the data file."""

    def __init__(self, tensor: Any, export: Path) -> None:
        place = {entry.key: entry.value for entry in tensor.external_data}
        self.file = place["location"]
        self.at = {"offset": int(place.get("offset", 0)), "length": int(place["length"])}
        self.type = tensor.data_type
        self._export = export
        self.shape = list(tensor.dims)

    def values(self, dtype: type) -> np.ndarray:
        where = self._export / self.file
        return np.memmap(where, dtype, "r", offset=self.at["offset"], shape=tuple(self.shape))


def _sources(name: str, tensors: _Tensors) -> list[str]:
    """The model's tensors that an initializer holds, one behind the other."""
    path = re.sub(r"\.MatMul\.weight(_Q8)?$", ".weight", name)
    path = re.sub(r"\.Add\.bias$", ".bias", path).replace(".layernorm.weight", ".weight")
    path = re.sub(r"^model\.layers\.\d+\.final_norm_layernorm\.", "model.norm.", path)
    path = path.replace(".attn.", ".self_attn.")
    found = (
        [path.replace(".qkv_proj.", f".{part}_proj.") for part in "qkv"] if ".qkv_proj." in path else [path]
    )
    if found == ["lm_head.weight"] and found[0] not in tensors.shapes:
        found = ["model.embed_tokens.weight"]
    for source in found:
        if source not in tensors.shapes:
            raise _NotMappedError(f"{name} has no tensor {source}")
    return found


def _plain(name: str, sources: list[str], place: _Place, tensors: _Tensors) -> dict[str, Any]:
    if place.type != _FLOAT:
        raise _NotMappedError(f"{name} has the ONNX type {place.type}")
    shapes = [tensors.shapes[source] for source in sources]
    stacked = [sum(shape[0] for shape in shapes), *shapes[0][1:]]
    transposed = name.endswith(".MatMul.weight")
    if place.shape != (stacked[::-1] if transposed else stacked):
        raise _NotMappedError(f"{name} has the shape {place.shape}")
    values = place.values(np.float32)
    first = 0
    for source, shape in zip(sources, shapes, strict=True):
        rows = tensors.rows(source)
        held = values[:, first : first + len(rows)].T if transposed else values[first : first + len(rows)]
        if not np.array_equal(held, rows):
            raise _NotMappedError(f"{name} holds other numbers than {source}")
        first += shape[0]
    return {"form": "transposed" if transposed else "rows", "from": sources, "at": place.at}


def _quantised(
    name: str, sources: list[str], place: _Place, scales: _Place | None, node: Any, tensors: _Tensors
) -> dict[str, Any]:
    settings = {attribute.name: attribute.i for attribute in node.attribute}
    block = settings.get("block_size", 0)
    symmetric = [given for given in node.input if given] == [node.input[0], name, f"{name[:-3]}_scales"]
    if scales is None or node.op_type != "MatMulNBits" or settings.get("bits") != 8 or not symmetric:
        raise _NotMappedError(f"{name} is not quantised to symmetric 8 bits")
    rows, columns = sum(tensors.shapes[source][0] for source in sources), tensors.shapes[sources[0]][1]
    blocks = -(-columns // block)
    fits = place.type == _BYTE and scales.type == _FLOAT
    if not fits or place.shape != [rows, blocks, block] or scales.shape[:1] != [rows]:
        raise _NotMappedError(f"{name} has the shape {place.shape}")
    held, steps = place.values(np.uint8), scales.values(np.float32).reshape(rows, blocks)
    first = 0
    for source in sources:
        wanted = tensors.rows(source)
        end = first + len(wanted)
        step = steps[first:end, :, None]
        numbers = ((held[first:end].astype(np.float32) - 128) * step).reshape(len(wanted), -1)[:, :columns]
        # The largest number of a block may need the step 128, which there is not.
        error = np.abs(step).repeat(block, axis=-1).reshape(len(wanted), -1)[:, :columns]
        if not np.all(np.abs(numbers - wanted) <= error * 1.001):
            raise _NotMappedError(f"{name} holds other numbers than {source}")
        first += tensors.shapes[source][0]
    return {"form": "q8", "from": sources, "block": block, "at": place.at, "scales": scales.at}
