"""Plain data as JSON and back: the form in which values cross between the judge and the program.

Only exact builtin types and a few of the standard library are plain. A subclass is not: its methods would run
where the judge compares the value. Decoding builds values of these types only.
"""

import collections
import dataclasses
import datetime
import decimal
import fractions
import itertools
import types

from leti_runner.program.values import shown

_MOST_ITEMS = 10_000
"""Most items of an iterator; one with more is not plain."""
_SMALL_INT = 1 << 60
_DEEPEST = 60


class NotPlainError(Exception):
    """A value that has no plain form."""


class Opaque:
    """Stands for a value that did not cross: equal to nothing but itself."""

    __slots__ = ("_type", "_shown")

    def __init__(self, kind, text):
        self._type, self._shown = kind, text

    def __repr__(self):
        return self._shown or f"<{self._type}>"


class Record:
    """The fields of an object of a program's data class, and the class's name, without any behaviour.

    Equal to nothing but itself, so that only checks that look into it can accept it.
    """

    __slots__ = ("fields", "kind")

    def __init__(self, kind, fields):
        self.kind, self.fields = kind, fields

    def __repr__(self):
        return f"{self.kind}({', '.join(f'{name}={value!r}' for name, value in self.fields.items())})"


_ITERATORS = (
    types.GeneratorType,
    map,
    filter,
    zip,
    enumerate,
    reversed,
    type(iter([])),
    type(iter(())),
    type(iter("")),
    type(iter(range(0))),
    type(iter({})),
    type(iter(set())),
    type(iter({}.values())),
    type(iter({}.items())),
    type(reversed([])),
    itertools.chain,
    itertools.islice,
    itertools.product,
    itertools.permutations,
    itertools.combinations,
    itertools.combinations_with_replacement,
    itertools.accumulate,
    itertools.starmap,
    itertools.takewhile,
    itertools.dropwhile,
    itertools.zip_longest,
    itertools.compress,
)
_MUTABLE = (list, dict, set, bytearray, collections.deque, collections.OrderedDict, collections.Counter)


def is_mutable(value):
    """Whether a function can change this plain value in place."""
    return type(value) in (*_MUTABLE, collections.defaultdict)


def encode(value, depth=0, records=False):
    """The JSON form of a value.

    NotPlainError: it has none. With `records`, objects of data classes have one.
    """
    kind = type(value)
    if value is None or kind is bool or kind is str or kind is float:
        return value
    if kind is int:
        return value if -_SMALL_INT < value < _SMALL_INT else ["int", hex(value)]
    if depth > _DEEPEST:
        raise NotPlainError("it is nested too deeply")
    deeper = depth + 1
    if kind in (list, tuple, set, frozenset, collections.deque):
        return [kind.__name__, [encode(item, deeper, records) for item in value]]
    if kind in (dict, collections.OrderedDict, collections.Counter, collections.defaultdict):
        pairs = [[encode(key, deeper, records), encode(item, deeper, records)] for key, item in value.items()]
        return [kind.__name__, pairs]
    if kind is complex:
        return ["complex", value.real, value.imag]
    if kind in (bytes, bytearray):
        return [kind.__name__, value.hex()]
    if kind is range:
        return ["range", encode(value.start), encode(value.stop), encode(value.step)]
    if kind is decimal.Decimal:
        return ["Decimal", str(value)]
    if kind is fractions.Fraction:
        return ["Fraction", hex(value.numerator), hex(value.denominator)]
    return _encode_rare(value, kind, deeper, records)


def _encode_rare(value, kind, deeper, records):
    if kind is datetime.timedelta:
        return ["timedelta", value.days, value.seconds, value.microseconds]
    if kind in (datetime.date, datetime.time, datetime.datetime) and getattr(value, "tzinfo", None) is None:
        return [kind.__name__, value.isoformat()]
    if kind in (type({}.keys()), type({}.values()), type({}.items())):
        return [kind.__name__, [encode(item, deeper, records) for item in value]]
    if kind in _ITERATORS:
        items = list(itertools.islice(value, _MOST_ITEMS + 1))
        if len(items) > _MOST_ITEMS:
            raise NotPlainError("it does not end soon")
        return ["iterator", [encode(item, deeper, records) for item in items]]
    if records and dataclasses.is_dataclass(kind):
        fields = ((field.name, value.__dict__[field.name]) for field in dataclasses.fields(kind))
        pairs = [[name, encode(held, deeper, records)] for name, held in fields]
        return ["record", kind.__name__, pairs]
    raise NotPlainError(f"{kind.__name__} is not plain data")


def encode_result(value):
    """Like `encode`, but a value without a plain form crosses as its type's name and a bounded repr."""
    try:
        return encode(value, records=True)
    except (NotPlainError, RecursionError, AttributeError, KeyError):
        return ["opaque", type(value).__name__[:100], shown(value)]


def decode(form):
    """The value of a JSON form; ValueError if it is none. No code of the sender runs."""
    if form is None or type(form) in (bool, str, float, int):
        return form
    if type(form) is not list or not form or type(form[0]) is not str:
        raise ValueError("not a plain value")
    build = _BUILD.get(form[0])
    if build is None:
        raise ValueError(f"no plain type {form[0][:50]!r}")
    try:
        return build(*form[1:])
    except (TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a plain {form[0]}: {error}") from error


def _items(forms):
    if type(forms) is not list:
        raise ValueError("expected a list")
    return [decode(form) for form in forms]


def _pairs(forms):
    if type(forms) is not list:
        raise ValueError("expected a list")
    return [(decode(key), decode(item)) for key, item in forms]


_BUILD = {
    "int": lambda text: int(text, 16),
    "list": _items,
    "tuple": lambda forms: tuple(_items(forms)),
    "set": lambda forms: set(_items(forms)),
    "frozenset": lambda forms: frozenset(_items(forms)),
    "deque": lambda forms: collections.deque(_items(forms)),
    "dict": lambda forms: dict(_pairs(forms)),
    "OrderedDict": lambda forms: collections.OrderedDict(_pairs(forms)),
    "Counter": lambda forms: collections.Counter(dict(_pairs(forms))),
    "defaultdict": lambda forms: collections.defaultdict(None, _pairs(forms)),
    "complex": lambda real, imaginary: complex(float(real), float(imaginary)),
    "bytes": lambda text: bytes.fromhex(text),
    "bytearray": lambda text: bytearray.fromhex(text),
    "range": lambda start, stop, step: range(decode(start), decode(stop), decode(step)),
    "Decimal": lambda text: decimal.Decimal(str(text)),
    "Fraction": lambda above, below: fractions.Fraction(int(above, 16), int(below, 16)),
    "timedelta": lambda days, seconds, micro: datetime.timedelta(days, seconds, micro),
    "date": lambda text: datetime.date.fromisoformat(text),
    "time": lambda text: datetime.time.fromisoformat(text),
    "datetime": lambda text: datetime.datetime.fromisoformat(text),
    "dict_keys": lambda forms: dict.fromkeys(_items(forms)).keys(),
    "dict_values": lambda forms: dict(enumerate(_items(forms))).values(),
    "dict_items": lambda forms: dict(_items(forms)).items(),
    "iterator": lambda forms: iter(_items(forms)),
    "record": lambda kind, pairs: _record(kind, pairs),
    "opaque": lambda kind, text: Opaque(str(kind)[:100], str(text)[:1000]),
}


def _record(kind, pairs):
    fields = dict(_pairs(pairs))
    if not all(type(name) is str for name in (kind, *fields)):
        raise ValueError("expected names")
    return Record(kind[:100], fields)


def assign(target, source):
    """Makes a mutable plain value like another of its type, in place."""
    if isinstance(target, (list, bytearray)):
        target[:] = source
    else:
        target.clear()
        (target.extend if isinstance(target, collections.deque) else target.update)(source)
