"""What crosses between processes: hostile bytes and forms must be refused, plain values must come back."""

import collections
import datetime
import decimal
import fractions
import json
import os
import random
import struct

import pytest

from leti_runner import channel, plain, remote

SEEDS = range(8)
TAGS = [*plain._BUILD, "os.system", "", "__class__"]


def any_form(rng, depth=0):
    """A JSON value as a program might send it: tags with wrong contents, numbers, texts, nested lists."""
    kind = rng.randrange(9 if depth < 4 else 5)
    if kind == 0:
        return rng.choice([None, True, False, 0, -1, 1 << 70, 1.5, float("nan")])
    if kind in (1, 2):
        return rng.choice(["", "zz", "0x1f", "2024-02-30", "\ud800", "1e999999", "a" * 50])
    if kind == 3:
        return {"k": 1}
    if kind == 4:
        return []
    count = rng.randrange(4)
    return [rng.choice(TAGS), *(any_form(rng, depth + 1) for _ in range(count))]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_form_does_more_than_give_a_value_or_be_refused(seed):
    rng = random.Random(seed)
    decoded = 0
    for _ in range(4000):
        form = any_form(rng)
        try:
            value = plain.decode(form)
        except ValueError:
            continue
        decoded += 1
        repr(value)
    assert decoded > 100


@pytest.mark.parametrize("seed", SEEDS)
def test_no_answer_is_taken_for_a_result_that_it_is_not(seed):
    rng = random.Random(seed)
    keys = ["verdict", "checksPassed", "astHash", "diagnostic", "type", "message", "frames", "check"]
    for _ in range(2000):
        answer = {rng.choice(keys): any_form(rng) for _ in range(rng.randrange(6))}
        found = remote.checked_result(answer)
        assert found is None or found["verdict"] in remote._TOLD
        checked = remote.checked_diagnostic(answer)
        assert checked is None or len(json.dumps(checked)) < 20_000


@pytest.mark.parametrize("seed", SEEDS)
def test_bytes_that_are_no_frame_are_refused(seed):
    rng = random.Random(seed)
    for _ in range(300):
        read, write = os.pipe()
        data = rng.randbytes(rng.randrange(40))
        if rng.randrange(2):
            data = struct.pack(">I", rng.randrange(60)) + data
        os.write(write, data)
        os.close(write)
        try:
            found = channel.read(read, 1000)
            assert found is None or json.dumps(found)
        except channel.ChannelError:
            pass
        finally:
            os.close(read)


def any_value(rng, depth=0):
    kinds = [
        lambda: rng.choice([None, True, 0, -5, 1 << 80, 2.5, "x\x00é", b"\xff", 1 + 2j, range(2, 9, 3)]),
        lambda: decimal.Decimal("1.10"),
        lambda: fractions.Fraction(-1, 3),
        lambda: datetime.datetime(2024, 2, 29, 1, 2),
        lambda: datetime.timedelta(days=-1, seconds=5),
    ]
    if depth < 3:

        def inner():
            return [any_value(rng, depth + 1) for _ in range(rng.randrange(4))]

        kinds += [
            inner,
            lambda: tuple(inner()),
            lambda: collections.deque(inner()),
            lambda: {str(number): value for number, value in enumerate(inner())},
            lambda: collections.OrderedDict(enumerate(inner())),
            lambda: {rng.randrange(9) for _ in range(3)},
        ]
    return rng.choice(kinds)()


@pytest.mark.parametrize("seed", SEEDS)
def test_plain_values_come_back_as_they_were(seed):
    rng = random.Random(seed)
    for _ in range(500):
        value = any_value(rng)
        back = plain.decode(json.loads(json.dumps(plain.encode(value))))
        assert back == value
        assert type(back) is type(value)
