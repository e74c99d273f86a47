"""Values as short text that is the same on every machine."""

import os
import re
import sys

LONGEST = 400
_MOST = 10_000
"""Characters at either end of a text that are looked at."""
_LONG = 60
"""Characters from which on two values are hard to compare by eye."""
_MOST_LOCALS = 6
_LONGEST_LOCAL = 80
_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_HOLDING = (list, tuple, set, frozenset, dict)

_AT = re.compile(r" at 0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"(?<![\w.])(?:0x[0-9a-fA-F]{8,16}|[0-9]{12,15})(?![\w.])")
_MODULE = re.compile(r"<module '([\w.]+)' (?:from '[^']*'|\([\w-]+\))>")
_NEAR = 1 << 32
_ANCHORS = [address for address in (id(object()), id(int), id(os)) if address > 1 << 40]
"""Addresses of this process; those of what a program makes lie near. Children have their zygote's."""
_MACHINE = []
"""A pattern of this machine's folders and what stands for each, once they are known."""


def hide_machine(scratch):
    """Hides the scratch folder and the interpreter's folders in all texts: they differ between machines."""
    interpreter = {os.path.dirname(os.__file__), sys.prefix, sys.base_prefix, sys.exec_prefix}
    interpreter.update(entry for entry in sys.path if entry.endswith(("-packages", ".zip", "lib-dynload")))
    interpreter -= {"", "/", "/usr", "/usr/local"}
    interpreter |= {os.path.realpath(path) for path in interpreter}
    names = {**dict.fromkeys(interpreter, "<python>"), scratch: "."}
    longest = sorted(names, key=len, reverse=True)
    folder = "|".join(map(re.escape, longest))
    # The library's temporary names are random.
    _MACHINE[:] = [re.compile(rf"(?<![\w.])({folder})(?:/(?:(tmp)[a-z0-9_]{{8}}(?!\w))?|(?![\w.-]))"), names]


def without_machine(text):
    """A text without addresses and folders of this machine."""
    text = _NUMBER.sub(_unless_address, _AT.sub("", _MODULE.sub(r"<module '\1'>", text)))
    if not _MACHINE:
        return text
    pattern, names = _MACHINE
    return pattern.sub(lambda found: _place(found, names), text)


def _place(found, names):
    if found[0].endswith(found[1]):
        return names[found[1]]
    return found[2] or ""


def _unless_address(found):
    number = int(found[0], 0) if found[0].startswith("0x") else int(found[0])
    # A hash of an object is its address too, a 16th of it.
    near = any(abs(number * factor - anchor) < _NEAR for anchor in _ANCHORS for factor in (1, 16))
    return "<address>" if near else found[0]


def shown(value, limit=LONGEST):
    """A bounded repr without memory addresses. A class whose repr fails gets a text that says so."""
    try:
        text = _sorted_set(value) if type(value) in (set, frozenset) else repr(value)
    except BaseException as error:  # noqa: BLE001 (a program's own __repr__ may raise anything)
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return cleaned(text, limit)


def cleaned(text, limit=LONGEST):
    """Text without addresses, folders of the machine and lone surrogates, cut in its middle to `limit`."""
    if len(text) > 2 * _MOST:
        text = text[:_MOST] + text[-_MOST:]
    text = without_machine(text).encode("utf-8", "backslashreplace").decode("utf-8")
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


def first_difference(actual, expected):
    """The first difference of two long values of one builtin type, as text; None where that adds nothing."""
    kind = type(actual)
    if kind is not type(expected) or kind not in (str, bytes, *_HOLDING):
        return None
    if max(len(shown(actual)), len(shown(expected))) <= _LONG:
        return None
    if kind is str:
        actual, expected = without_machine(actual), without_machine(expected)
    try:
        return cleaned(_described_difference(kind, actual, expected), 200)
    except BaseException:  # noqa: BLE001 (items may be objects of the program)
        return None


def _described_difference(kind, actual, expected):
    if kind in (set, frozenset):
        return f"too much {shown(actual - expected, 80)}, missing {shown(expected - actual, 80)}"
    if kind is dict:
        for key in expected:
            if key not in actual:
                return f"key {shown(key, 40)} is missing"
            if actual[key] != expected[key]:
                got, wanted = shown(actual[key], 60), shown(expected[key], 60)
                return f"at key {shown(key, 40)} got {got}, expected {wanted}"
        return f"key {shown(next(key for key in actual if key not in expected), 40)} is too much"
    place = next((n for n, (one, other) in enumerate(zip(actual, expected)) if one != other), None)
    if place is None:
        return f"got {len(actual)} items, expected {len(expected)}, the same so far"
    if kind in (str, bytes):
        near = slice(max(0, place - 5), place + 20)
        return f"at character {place} got {actual[near]!r}, expected {expected[near]!r}"
    return f"at item {place} got {shown(actual[place], 60)}, expected {shown(expected[place], 60)}"


def local_values(frame):
    """Names and values of a frame's plain local data, in the order of the function's variables."""
    code = frame.f_code
    if code.co_name == "<module>":
        return []
    values, found = frame.f_locals, []
    for name in code.co_varnames:
        if name in values and name.isidentifier() and len(found) < _MOST_LOCALS:
            value = values[name]
            if _is_plain(value, [200]):
                found.append({"name": name, "value": shown(value, _LONGEST_LOCAL)})
    return found


def _is_plain(value, left):
    """Whether a value consists of exact builtin types; looks at no more than `left[0]` values."""
    left[0] -= 1
    if type(value) in _PLAIN:
        return True
    if left[0] < 0 or type(value) not in _HOLDING:
        return False
    items = [*value.keys(), *value.values()] if type(value) is dict else value
    return all(_is_plain(item, left) for item in items)
