"""Two additions to an exported graph that make decoding cheaper. Both decoders read them by their names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FIRST_LOGITS = "leti.first_logits"
"""Input, int64 of shape (1,): the first position of the run whose logits are computed."""
DONE = "leti.done"
"""First output: a sequence that holds nothing of use. `Graph.run` in src/inference/graph.ts says why."""

_HIDDEN, _ENDS, _AXES = "leti.hidden", "leti.ends", "leti.axes"
_HEADS = ("MatMul", "MatMulNBits")
"""Operators that multiply the hidden states with the vocabulary, position by position."""
_LAST = 2**63 - 1


def extend_graph(file: Path) -> bool:
    """Adds the input and the output to the graph in `file`; external weights stay as they are.

    A run of n tokens then gives logits of shape (rows, n - first, vocabulary). A prompt needs those of its
    last token only, and the others would cost a fifth of the time that reading it takes.

    Returns False and leaves the file alone where no known operator makes the logits. Decoders run this
    graph too, and exports that were made before this edit.
    """
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load(str(file), load_external_data=False)
    graph = model.graph
    place, head = next(
        ((place, node) for place, node in enumerate(graph.node) if "logits" in node.output), (0, None)
    )
    if head is None or head.op_type not in _HEADS:
        return False
    added = [
        helper.make_node("Slice", [head.input[0], FIRST_LOGITS, _ENDS, _AXES], [_HIDDEN], name=_HIDDEN),
        helper.make_node("SequenceConstruct", [FIRST_LOGITS], [DONE], name=DONE),
    ]
    head.input[0] = _HIDDEN
    # A graph lists its nodes in an order in which they can run.
    for node in reversed(added):
        graph.node.insert(place, node)
    graph.initializer.append(helper.make_tensor(_ENDS, TensorProto.INT64, [1], [_LAST]))
    graph.initializer.append(helper.make_tensor(_AXES, TensorProto.INT64, [1], [1]))
    graph.input.append(helper.make_tensor_value_info(FIRST_LOGITS, TensorProto.INT64, [1]))
    graph.output.insert(0, helper.make_tensor_sequence_value_info(DONE, TensorProto.INT64, [1]))
    onnx.save(model, str(file))
    return True


def is_extended(session: Any) -> bool:
    """Whether the graph of an onnxruntime session has the additions."""
    return any(value.name == FIRST_LOGITS for value in session.get_inputs())
