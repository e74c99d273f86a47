"""What crosses between processes: hostile bytes and forms must be refused, plain values must come back."""

import collections
import datetime
import decimal
import fractions
import json
import os
import random
import struct
import tempfile

import pytest

from leti_runner import channel
from leti_runner.judge import judge, remote, result_relay
from leti_runner.program import plain_data

SEEDS = range(8)
TAGS = [*plain_data._BUILD, "os.system", "", "__class__"]


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
            value = plain_data.decode(form)
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
        assert found is None or found["verdict"] in remote._VERDICTS
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
        back = plain_data.decode(json.loads(json.dumps(plain_data.encode(value))))
        assert back == value
        assert type(back) is type(value)


HOSTILE = [
    None, True, -1, 0, 1 << 60, 1 << 4000, -(1 << 70), 1.5, float("inf"), float("-inf"), float("nan"), "",
    "\ud800", "harness_error", "passed", "error", "x" * 5000, [], [[]], [0, 1], {}, {"k": {}},
]  # fmt: skip


def twisted(rng, value):
    """A well-formed answer with one or two of its values replaced, wherever they lie."""
    if isinstance(value, dict) and value and rng.randrange(4):
        key = rng.choice(sorted(value))
        return {**value, key: twisted(rng, value[key])}
    if isinstance(value, list) and value and rng.randrange(4):
        place = rng.randrange(len(value))
        return [*value[:place], twisted(rng, value[place]), *value[place + 1 :]]
    return rng.choice(HOSTILE)


def diagnostic():
    local = {"name": "x", "value": "1"}
    frame = {"path": "program.py", "line": 2, "function": "f", "source": "return x", "locals": [local]}
    check = {"index": 0, "source": "assert f(1) == 2", "actual": "1", "expected": "2", "difference": "d"}
    return {"type": "ValueError", "message": "m", "frames": [frame, frame], "column": 3, "check": check}


def is_result(found, checks):
    """Whether a judge's message is what src/protocol/execution.ts takes for a result of so many checks."""

    def count(value, least):
        return type(value) is int and least <= value < 1 << 53

    assert set(found) <= {"verdict", "checksPassed", "durationMs", "sealed", "diagnostic", "astHash"}
    assert count(found["checksPassed"], 0)
    assert found["checksPassed"] <= checks
    assert type(found.get("astHash", "")) is str
    told = found.get("diagnostic", {"type": "", "message": "", "frames": []})
    assert set(told) <= {"type", "message", "frames", "column", "check"}
    assert type(told["type"]) is type(told["message"]) is str
    assert count(told.get("column", 1), 1)
    for frame in told["frames"]:
        assert set(frame) <= {"path", "line", "function", "source", "locals"}
        assert count(frame["line"], 1)
        assert all(type(frame[name]) is str for name in ("path", "function", "source"))
        assert all(type(text) is str for local in frame.get("locals", []) for text in local.values())
    check = told.get("check", {"index": 0})
    assert count(check["index"], 0)
    assert all(type(text) is str for name, text in check.items() if name != "index")
    json.dumps(found, allow_nan=False).encode()
    return True


def judged(answers, in_process):
    """What a judge says of a program that gives these answers."""
    statements = [{"kind": "statements", "source": f"assert f({n}) == {n + 1}"} for n in (1, 2)]
    job = {
        "id": 0,
        "main": {"module": "program", "path": "program.py", "source": ""},
        "files": [],
        "entry": "f",
        "seal": "auto",
        "setup": "",
        "checks": statements,
        "limits": {"wallSeconds": 60},
    }
    pipes = [os.pipe() for _ in range(3)]
    (result_r, result_w), (requests_r, requests_w), (replies_r, replies_w) = pipes
    try:
        for answer in answers:
            channel.write(replies_w, answer)
        os.close(replies_w)
        with tempfile.TemporaryDirectory() as scratch:
            one = judge.Judge(job, scratch, result_w, requests_w, replies_r)
            one.run_in_process() if in_process else one.run()
        os.close(result_w)
        head = channel.read(result_r, channel.LARGEST_REPLY)
        rest = channel.read(result_r, channel.LARGEST_REPLY) if head.pop("rest") else {}
        return {**head, **rest}
    finally:
        for handle in (result_r, requests_r, requests_w, replies_r):
            os.close(handle)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_hostile_value_in_an_answer_makes_the_harness_fail_or_passes(seed):
    rng = random.Random(seed)
    honest = [
        {"hash": "ab"},
        {"value": 2, "changed": [[0, 1]]},
        {"raised": "error", "diagnostic": diagnostic(), "args": ["m"]},
        {"ended": "timeout", "diagnostic": diagnostic()},
    ]
    for _ in range(300):
        answers = [twisted(rng, rng.choice(honest)) if rng.randrange(2) else honest[1] for _ in range(2)]
        found = judged([twisted(rng, honest[0]) if rng.randrange(9) == 0 else honest[0], *answers], False)
        assert is_result(found, 2)
        assert found["verdict"] not in ("harness_error", "passed"), answers


@pytest.mark.parametrize("seed", SEEDS)
def test_no_hostile_value_sent_in_process_makes_the_harness_fail_or_passes(seed):
    rng = random.Random(seed)
    result = {"verdict": "error", "checksPassed": 1, "astHash": "ab", "diagnostic": diagnostic()}
    for _ in range(300):
        told = {"result": twisted(rng, result), "secret": rng.choice(HOSTILE)}
        found = judged([twisted(rng, {"loaded": True}), told] if rng.randrange(2) else [told], True)
        assert is_result(found, 2)
        assert found["verdict"] not in ("harness_error", "passed"), told


def test_what_a_program_says_before_its_checks_came_is_no_judgement():
    for verdict in ("passed", "failed", "harness_error"):
        told = {"result": {"verdict": verdict, "checksPassed": 2}, "secret": None}
        assert judged([told], True)["verdict"] == "tampered"
    assert judged([{"result": {"verdict": "syntax", "checksPassed": 0}}], True)["verdict"] == "syntax"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_zygote_takes_whole_objects_or_nothing(seed):
    rng = random.Random(seed)
    texts = [
        b"{}",
        b'{"a": 1e400}',
        b"[1]",
        b"NaN",
        b"{",
        b"\xff",
        b"[" * 3000,
        b'{"a": ' + b"9" * 9000 + b"}",
    ]
    relay = result_relay.ResultRelay()
    for _ in range(300):
        said = b"".join(
            struct.pack(">I", len(text) + rng.choice([0, 0, 0, 5, 1 << 31])) + text
            for text in rng.choices(texts, k=rng.randrange(4))
        )
        read, write = os.pipe()
        os.write(write, said + rng.randbytes(rng.randrange(6)))
        os.close(write)
        while relay.fill(read):
            assert not relay.full
        os.close(read)
        for _ in range(5):
            found = relay.take_head()
            assert found is None or type(found) is dict
            assert relay.has_rest() in (True, False)
        relay.wipe()
