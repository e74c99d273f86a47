"""onnxruntime as a decode engine, for graphs of onnxruntime-genai's model builder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime

from leti_trainer.models.graph_edit import FIRST_LOGITS, is_extended

_PREFILL_TOKENS = 512
"""Longest piece of a prompt read at once. An unedited graph computes 4 bytes x vocabulary per token."""
_SPARE_TOKENS = 64
"""The length of the buffers is a multiple of it."""


class OnnxEngine:
    """Past and present are the same buffers, so a step writes one token's keys and values and copies none.

    The attention operator takes each row's length from its row of the attention mask. Rows of different
    lengths therefore lie left-aligned in buffers of one size, and nothing reads beyond a row's end.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        config = json.loads((folder / "genai_config.json").read_text(encoding="utf-8"))["model"]
        decoder = config["decoder"]
        graph = folder / decoder["filename"]
        quantised = b"MatMulNBits" in graph.read_bytes()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Programs run while others are written, and threads that wait busily would take their cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001 (the library's errors share no class of their own)
            raise RuntimeError(f"onnxruntime cannot read the graph: {error}") from error
        self._extended = is_extended(self._session)
        self._heads = int(decoder["num_key_value_heads"])
        self._head_size = int(decoder["head_size"])
        self._vocabulary = int(config["vocab_size"])
        self.context_length = int(config["context_length"])
        inputs, outputs = decoder["inputs"], decoder["outputs"]
        self._caches = [
            (inputs[f"past_{kind}_names"] % layer, outputs[f"present_{kind}_names"] % layer)
            for layer in range(int(decoder["num_hidden_layers"]))
            for kind in ("key", "value")
        ]
        self.joins = True
        self.name = f"onnxruntime-python {onnxruntime.__version__} {'int8' if quantised else 'fp32'}"
        self._memory = [np.empty(0, dtype=np.float32) for _ in self._caches]
        self._buffers: list[np.ndarray] = []
        self._lengths = np.zeros(0, dtype=np.int64)
        self._logits = np.empty((0, 1, self._vocabulary), dtype=np.float32)

    def start(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        self._lengths = np.zeros(0, dtype=np.int64)
        self.join(prompts, counts, new_tokens)

    def join(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        first = len(self._lengths)
        longest = max(len(prompt) for prompt in prompts) - 1 + new_tokens
        # A longer prompt that joins copies all rows, so there is some room to spare.
        longest += -longest % _SPARE_TOKENS
        self._make_room(first + sum(counts), min(longest, self.context_length))
        for prompt, count in zip(prompts, counts, strict=True):
            length = len(prompt) - 1
            self._read_prompt(first, prompt[:-1])
            for buffer in self._buffers:
                buffer[first + 1 : first + count, :, :length] = buffer[first, :, :length]
            self._lengths = np.append(self._lengths, np.full(count, length))
            first += count

    def step(self, tokens: np.ndarray) -> np.ndarray:
        rows = len(tokens)
        self._lengths += 1
        mask = np.arange(self._lengths.max())[None, :] < self._lengths[:, None]
        logits = self._logits[:rows]
        self._run(slice(0, rows), tokens[:, None], mask, logits)
        return logits[:, 0]

    def keep(self, slots: np.ndarray) -> None:
        for target, source in enumerate(slots):
            if target != source:
                length = self._lengths[source]
                for buffer in self._buffers:
                    buffer[target, :, :length] = buffer[source, :, :length]
        self._lengths = self._lengths[slots]

    def _make_room(self, rows: int, length: int) -> None:
        """Makes float32 buffers (rows, heads, length, head size), with what the rows there hold.

        They lie in memory that is kept, because fresh pages are slow, and grow while rows are there.
        """
        there = len(self._lengths)
        if there > 0:
            rows = max(rows, self._buffers[0].shape[0])
            length = max(length, self._buffers[0].shape[2])
            if self._buffers[0].shape == (rows, self._heads, length, self._head_size):
                return
        shape = (rows, self._heads, length, self._head_size)
        size = rows * self._heads * length * self._head_size
        written = int(self._lengths.max()) if there > 0 else 0
        for place, memory in enumerate(self._memory):
            old = self._buffers[place][:there, :, :written].copy() if there > 0 else None
            if memory.size < size:
                self._memory[place] = memory = np.empty(size, dtype=np.float32)
            buffer = memory[:size].reshape(shape)
            if old is not None:
                buffer[:there, :, :written] = old
            if place < len(self._buffers):
                self._buffers[place] = buffer
            else:
                self._buffers.append(buffer)
        if len(self._logits) < rows:
            self._logits = np.empty((rows, 1, self._vocabulary), dtype=np.float32)

    def _read_prompt(self, row: int, prompt: list[int]) -> None:
        for begin in range(0, len(prompt), _PREFILL_TOKENS):
            ids = np.array([prompt[begin : begin + _PREFILL_TOKENS]], dtype=np.int64)
            mask = np.ones((1, begin + ids.shape[1]), dtype=bool)
            self._run(slice(row, row + 1), ids, mask, None)

    def _run(self, rows: slice, ids: np.ndarray, mask: np.ndarray, logits: np.ndarray | None) -> None:
        binding = self._session.io_binding()
        ids = np.ascontiguousarray(ids, dtype=np.int64)
        mask = mask.astype(np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask}
        if self._extended:
            # Every caller reads the logits after the last token alone, if any.
            inputs[FIRST_LOGITS] = np.array([ids.shape[1] - 1], dtype=np.int64)
        for name, array in inputs.items():
            binding.bind_input(name, "cpu", 0, np.int64, array.shape, array.ctypes.data)
        for (past, present), buffer in zip(self._caches, self._buffers, strict=True):
            part = buffer[rows]
            address = part.ctypes.data
            binding.bind_input(past, "cpu", 0, np.float32, part.shape, address)
            binding.bind_output(present, "cpu", 0, np.float32, part.shape, address)
        if logits is None:
            binding.bind_output("logits", "cpu")
        else:
            binding.bind_output("logits", "cpu", 0, np.float32, logits.shape, logits.ctypes.data)
        self._session.run_with_iobinding(binding)
