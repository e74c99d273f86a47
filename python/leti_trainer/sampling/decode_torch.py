"""transformers as a decode engine: for CUDA and MPS, and for models that have no ONNX export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from transformers import AutoModelForCausalLM, DynamicCache

from leti_trainer.precision import pick_device


class TorchEngine:
    """Pads prompts on the left, so that all rows append to the key-value cache at the same place.

    Weights are bfloat16 on CUDA and float32 elsewhere; logits leave as float32. `device` is as in
    `pick_device`; `threads` 0 leaves their number to torch. Errors of transformers pass through (sampling.py
    names the folder).
    """

    def __init__(self, folder: Path, device: str, threads: int) -> None:
        if threads > 0:
            torch.set_num_threads(threads)
        self._device = pick_device(device)
        precision = torch.bfloat16 if self._device.type == "cuda" else torch.float32
        model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=precision)
        self._model = model.to(self._device).eval()
        self.context_length = int(model.config.max_position_embeddings)
        kind = {torch.bfloat16: "bf16", torch.float32: "fp32"}[precision]
        versions = f"torch {torch.__version__} transformers {transformers.__version__}"
        self.name = f"{versions} {self._device.type} {kind}"
        # Rows that join would need padding between the tokens of others.
        self.joins = False
        self._cache = DynamicCache()
        self._mask = torch.empty((0, 0), dtype=torch.long, device=self._device)

    @torch.inference_mode()
    def start(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        width = max(len(prompt) for prompt in prompts) - 1
        ids = torch.zeros((len(prompts), width), dtype=torch.long)
        mask = torch.zeros((len(prompts), width), dtype=torch.long)
        for row, prompt in enumerate(prompts):
            if len(prompt) > 1:
                ids[row, width - len(prompt) + 1 :] = torch.tensor(prompt[:-1])
                mask[row, width - len(prompt) + 1 :] = 1
        self._cache = DynamicCache(config=self._model.config)
        rows = torch.repeat_interleave(torch.arange(len(prompts)), torch.tensor(counts))
        if width > 0:
            self._forward(ids, mask.to(self._device))
            self._cache.batch_select_indices(rows.to(self._device))
        self._mask = mask[rows].to(self._device)

    def join(self, prompts: list[list[int]], counts: list[int], new_tokens: int) -> None:
        raise NotImplementedError("rows cannot join here")

    @torch.inference_mode()
    def step(self, tokens: np.ndarray) -> np.ndarray:
        self._mask = torch.nn.functional.pad(self._mask, (0, 1), value=1)
        logits = self._forward(torch.from_numpy(tokens)[:, None], self._mask)
        return logits[:, -1].float().cpu().numpy()

    @torch.inference_mode()
    def keep(self, slots: np.ndarray) -> None:
        kept = torch.from_numpy(slots).to(self._device)
        self._cache.batch_select_indices(kept)
        self._mask = self._mask[kept]

    def _forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        return self._model(
            input_ids=ids.to(self._device),
            attention_mask=mask,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits
