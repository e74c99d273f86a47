"""How a model reads training texts: which tokens stand in which row, and what each of them sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from leti_trainer.training.examples import Example

_ROW_TOKENS = 1024
"""Attention takes time with the square of a row, all else with its length."""


@dataclass(frozen=True)
class Rows:
    """What the model gets (`arguments`: tensors (B, T) and a mask), and where its loss stands.

    Logits are wanted at `places` (N, int64), which count through the flattened (B, T). A place may appear
    more than once. The logits there predict `targets` (N, int64) with `weights` (N, float32). `tokens` counts
    tokens without padding.
    """

    arguments: dict[str, torch.Tensor]
    places: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    tokens: int


class Layout(Protocol):
    """One way to lay texts out. Loss and gradients are the same for all of them."""

    def ordered(self, examples: Sequence[Example]) -> list[Example]:
        """Sorts texts so that neighbours are cheap together."""
        ...

    def tokens(self, examples: Sequence[Example]) -> int:
        """Number of tokens that a model computes for these neighbours, with padding."""
        ...

    def rows(self, examples: Sequence[Example]) -> Rows: ...


class PlainLayout:
    """One text per row, padded on the right to the longest.

    A causal model never looks at the padding from a real token, so no mask is needed and attention takes its
    fast causal path.
    """

    def ordered(self, examples: Sequence[Example]) -> list[Example]:
        return sorted(examples, key=lambda example: len(example.ids))

    def tokens(self, examples: Sequence[Example]) -> int:
        return len(examples) * max(len(example.ids) for example in examples)

    def rows(self, examples: Sequence[Example]) -> Rows:
        ids = _padded([example.ids for example in examples])
        length = ids.shape[1]
        labels = [
            (row * length + place, target, weight)
            for row, example in enumerate(examples)
            for place, (target, weight) in enumerate(zip(example.ids[1:], example.weights[1:], strict=True))
            if weight != 0
        ]
        return _rows({"input_ids": ids}, labels, sum(len(example.ids) for example in examples))


class TreeLayout:
    """Tokens that texts share at their beginning stand once; the rest of each text follows as a branch.

    A token sees its own text and nothing else: the mask is always passed. Positions of a branch go on where
    it left the others. So each token sees the same as in a text alone, and short texts need no padding.
    """

    def __init__(self, mask_type: torch.dtype) -> None:
        """`mask_type`: bool where attention takes True for "seen", float32 where it adds the mask."""
        self._mask_type = mask_type

    def ordered(self, examples: Sequence[Example]) -> list[Example]:
        return sorted(examples, key=lambda example: example.ids)

    def tokens(self, examples: Sequence[Example]) -> int:
        shared = sum(_shared(one.ids, other.ids) for one, other in zip(examples, examples[1:], strict=False))
        return sum(len(example.ids) for example in examples) - shared

    def rows(self, examples: Sequence[Example]) -> Rows:
        trees = [_Tree.of(part) for part in self._parts(self.ordered(examples))]
        ids = _padded([tree.ids for tree in trees])
        positions = _padded([tree.positions for tree in trees])
        length = ids.shape[1]
        # Padding sees itself: attention to nothing would be no number.
        ends = torch.arange(1, length + 1).repeat(len(trees), 1)
        for row, tree in enumerate(trees):
            ends[row, : len(tree.ends)] = torch.tensor(tree.ends)
        place = torch.arange(length)
        seen = (place[None, :] <= place[:, None]) & (place[None, :, None] < ends[:, None, :])
        mask = seen[:, None]
        if self._mask_type != torch.bool:
            nothing = torch.finfo(self._mask_type).min
            mask = torch.zeros(mask.shape, dtype=self._mask_type).masked_fill(~mask, nothing)
        labels = [
            (row * length + place, target, weight)
            for row, tree in enumerate(trees)
            for (place, target), weight in tree.labels.items()
        ]
        arguments = {"input_ids": ids, "position_ids": positions, "attention_mask": mask}
        return _rows(arguments, labels, sum(len(tree.ids) for tree in trees))

    def _parts(self, ordered: list[Example]) -> list[list[Example]]:
        """The texts of each row, which are about equally long."""
        count = -(-self.tokens(ordered) // _ROW_TOKENS)
        most = -(-self.tokens(ordered) // count)
        parts: list[list[Example]] = []
        for example in ordered:
            if not parts or (len(parts) < count and self.tokens(parts[-1]) >= most):
                parts.append([])
            parts[-1].append(example)
        return parts


def micro_batches(
    layout: Layout, examples: Sequence[Example], size: int, most_tokens: int, most_labels: int
) -> list[list[Example]]:
    """Groups of texts that are computed at once.

    A group holds at most `size` examples, `most_tokens` tokens as the layout counts them and `most_labels`
    labels. An example above those limits forms a group of its own.
    """
    groups: list[list[Example]] = []
    for example in layout.ordered(examples):
        wider = [*groups[-1], example] if groups else []
        fits = (
            0 < len(wider) <= size
            and layout.tokens(wider) <= most_tokens
            and sum(each.labels for each in wider) <= most_labels
        )
        if fits:
            groups[-1] = wider
        else:
            groups.append([example])
    return groups


@dataclass(frozen=True)
class _Tree:
    """Texts as one row. `ends`: the place behind the last token that sees this one."""

    ids: list[int]
    positions: list[int]
    ends: list[int]
    labels: dict[tuple[int, int], float]
    """Weights by place and the token that is predicted there."""

    @staticmethod
    def of(ordered: list[Example]) -> _Tree:
        """`ordered` ascends by ids, so a text shares its longest beginning with its neighbour."""
        tree = _Tree([], [], [], {})
        path: list[int] = []
        before: list[int] = []
        for example in ordered:
            shared = _shared(before, example.ids)
            tree._leave(path[shared:])
            del path[shared:]
            for token in example.ids[shared:]:
                tree.positions.append(len(path))
                path.append(len(tree.ids))
                tree.ids.append(token)
                tree.ends.append(0)
            for place, target, weight in zip(path, example.ids[1:], example.weights[1:], strict=False):
                if weight != 0:
                    tree.labels[place, target] = tree.labels.get((place, target), 0.0) + weight
            before = example.ids
        tree._leave(path)
        return tree

    def _leave(self, places: list[int]) -> None:
        for place in places:
            self.ends[place] = len(self.ids)


def _shared(one: list[int], other: list[int]) -> int:
    """How many tokens two texts share at their beginning."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _padded(lists: list[list[int]]) -> torch.Tensor:
    """(B, T) int64, with 0 behind shorter lists."""
    padded = torch.zeros((len(lists), max(len(values) for values in lists)), dtype=torch.long)
    for row, values in enumerate(lists):
        padded[row, : len(values)] = torch.tensor(values)
    return padded


def _rows(arguments: dict[str, torch.Tensor], labels: list[tuple[int, int, float]], tokens: int) -> Rows:
    places, targets, weights = zip(*labels, strict=True) if labels else ((), (), ())
    return Rows(
        arguments,
        torch.tensor(places, dtype=torch.long),
        torch.tensor(targets, dtype=torch.long),
        torch.tensor(weights, dtype=torch.float32),
        tokens,
    )
