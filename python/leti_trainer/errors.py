"""Failures that have a code of the protocol (src/protocol/training.ts)."""

from __future__ import annotations


class TrainerError(Exception):
    """`code`: bad_model, bad_input, out_of_memory, no_network, no_space, protocol; the message says where."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
