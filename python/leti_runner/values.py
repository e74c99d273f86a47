"""Values as short text that is the same on every machine."""

import re

LONGEST = 400
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+|0x[0-9a-fA-F]{6,}")


def shown(value, limit=LONGEST):
    """A bounded repr without memory addresses; whatever its class does wrong is said instead."""
    try:
        text = _sorted_set(value) if type(value) in (set, frozenset) else repr(value)
    except BaseException as error:  # noqa: BLE001 (a program's own __repr__ may raise anything)
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return cleaned(text, limit)


def cleaned(text, limit=LONGEST):
    """Text without addresses and lone surrogates, cut in the middle where it is too long."""
    text = _ADDRESS.sub("", text).encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 3, limit // 3 - 5
    return f"{text[:head]} ... {text[-tail:]}"


def _sorted_set(value):
    # Equal sets may iterate differently; sorted, they read the same.
    try:
        items = sorted(value)
    except TypeError:
        items = sorted(value, key=repr)
    inner = ", ".join(repr(item) for item in items)
    if isinstance(value, frozenset):
        return f"frozenset({{{inner}}})" if items else "frozenset()"
    return f"{{{inner}}}" if items else "set()"
