"""Foreign keys get names that are allowed here, and foreign bytes are read or refused."""

import pytest

from headwater.interop.logged import KeyNames, LoggedRun
from headwater.interop.protobuf import Message
from headwater.protocol.errors import DataLoss
from headwater.protocol.imports import PutRun
from headwater.protocol.names import check_key


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("loss/train", "loss/train"),
        ("/a//b/", "a/b"),
        ("a(b)[c]", "a_b__c_"),
        ("../up", "_/up"),
        ("", "_"),
        ("ü €", "ü _"),
    ],
)
def test_a_foreign_key_becomes_one_that_is_allowed(key: str, name: str) -> None:
    found = KeyNames().name(key)

    assert found == name
    check_key("key", found)


def test_two_keys_never_get_the_same_name() -> None:
    names = KeyNames()

    found = [names.name(key) for key in ("a(b", "a[b", "a_b", "a(b", "x" * 300, "x" * 299)]

    assert found[:4] == ["a_b", "a_b_2", "a_b_3", "a_b"]
    assert len({found[4], found[5]}) == 2
    assert max(map(len, found)) <= 250


def test_nested_config_becomes_params() -> None:
    logged = LoggedRun(PutRun(run_id="a", experiment_id="1"))

    for key, value in {"a": {"b": {"c": 1}, "d": [1, {"e": None}]}, "empty": {}, "text": "x", "flag": True}.items():
        logged.add_param(key, value)

    assert logged.params == {"a.b.c": "1", "a.d": '[1,{"e":null}]', "empty": "{}", "text": "x", "flag": "true"}


def test_a_message_is_read_without_its_declaration() -> None:
    message = Message(bytes([8, 0x96, 1, 18, 3]) + b"abc" + bytes([24, *[255] * 9, 1, 32, 3, 18, 1]) + b"d")

    assert (message.integer(1), message.text(2), message.all_bytes(2)) == (150, "d", [b"abc", b"d"])
    assert (message.integer(3), message.zigzag(4), message.integer(9), message.has(9)) == (-1, -2, 0, False)


@pytest.mark.parametrize("data", [b"\x0a\x05abc", b"\xff" * 12, b"\x0b", b"\x0d\x01", b"\x08"])
def test_damaged_messages_are_refused(data: bytes) -> None:
    with pytest.raises(DataLoss):
        Message(data)
