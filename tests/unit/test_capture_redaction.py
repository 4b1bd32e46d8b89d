"""What is hidden in captured text, and what is left to read."""

import pytest

from headwater.capture.redaction import PATTERNS, Redactor, find_secret_values, is_secret_name

SECRETS = {
    "clone https://ada:hunter2@example.com/x.git": "clone https://ada:***@example.com/x.git",
    "postgresql://ml:p4ss;w0rd@db:5432/runs": "postgresql://ml:***@db:5432/runs",
    "https://ghp0123456789abcdefghijk@github.com/x": "https://***@github.com/x",
    "PASSWORD=correcthorse": "PASSWORD=***",
    "DB_PASSWORD: hunter2x": "DB_PASSWORD: ***",
    'api_key = "abcd1234"': 'api_key = "***"',
    '{"client_secret": "abcd1234", "user": "ada"}': '{"client_secret": "***", "user": "ada"}',
    "os.environ['HF_TOKEN'] = 'abcdefgh'": "os.environ['HF_TOKEN'] = '***'",
    "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG": "AWS_SECRET_ACCESS_KEY=***",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPx": "aws_secret_access_key = ***",
    "train.py --hf-token abcdefgh --depth 6": "train.py --hf-token *** --depth 6",
    "Authorization: Bearer abcdef123456": "Authorization: Bearer ***",
    "key AKIAIOSFODNN7EXAMPLE used": "key *** used",
    "ghp_" + "a1" * 18: "***",
    "github_pat_" + "a1" * 20: "***",
    "glpat-" + "a1" * 10: "***",
    "xoxb-" + "12345-abcdef": "***",
    "hwt_" + "a-B" * 12: "***",
    "hf_" + "aB" * 17: "***",
    "sk-proj-" + "a1" * 20: "***",
    "sk_live_" + "a1" * 12: "***",
    "AIza" + "a" * 35: "***",
    "pypi-" + "a1" * 30: "***",
    "dapi" + "0a" * 16: "***",
    "eyJ" + "hbGciOiJIUzI1" + ".eyJ" + "zdWIiOiIxMjM0" + ".c2ln": "***",
    "Server=x;AccountKey=abc/def==;End": "Server=x;AccountKey=***;End",
    "https://b.s3.amazonaws.com/k?X-Amz-Signature=abcdef&x=1": "https://b.s3.amazonaws.com/k?X-Amz-Signature=***&x=1",
    "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb": (
        "a\n-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nb"
    ),
    "-----BEGIN PRIVATE KEY-----\nMIIE and no end": "-----BEGIN PRIVATE KEY-----***",
}
ORDINARY = [
    "tokenizer = AutoTokenizer.from_pretrained('bert-base')",
    "num_tokens=4096 tokens: 1024 tokens/s=33211.5",
    "token = tokens[0]",
    "f(token=token, password=self.password)",
    "max_token=512, token=1e-5",
    "password=$PASSWORD password=None",
    "password = getpass.getpass()",
    "secret: bool = False",
    "keys: 12, monkey=banana, key=value-1",
    "basic training of 3 epochs, bearer of news",
    "https://example.com:8080/path@2x.png",
    "git@github.com:team/model.git",
    "loss=0.2231 acc=0.9121 lr=1e-4",
    "commit 2707aea34aea9cdf635cd265c5f8",
]


@pytest.mark.parametrize(("text", "shown"), SECRETS.items(), ids=range(len(SECRETS)))
def test_a_secret_is_hidden_and_the_text_around_it_stays(text: str, shown: str) -> None:
    assert Redactor().redact(text) == shown


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert Redactor().redact(text) == text


@pytest.mark.parametrize("text", [*SECRETS, *ORDINARY], ids=range(len(SECRETS) + len(ORDINARY)))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = Redactor().redact(text)

    assert Redactor().redact(once) == once


@pytest.mark.parametrize("text", [*SECRETS, *ORDINARY], ids=range(len(SECRETS) + len(ORDINARY)))
def test_lines_of_a_stream_lose_the_same_secrets(text: str) -> None:
    redact = Redactor().follow()

    lines = [line for part in text.split("\n") for line in redact([part])]

    assert len(lines) == text.count("\n") + 1
    assert not [word for word in ("hunter2", "abcd1234", "MIIE", "AKIAIOSFODNN7EXAMPLE") if word in "\n".join(lines)]


def test_values_of_secret_variables_are_hidden_wherever_they_turn_up() -> None:
    variables = {
        "MY_API_KEY": "plainword",
        "SHORT_TOKEN": "abc",
        "TOKEN_COUNT_SECRET": "123456789",
        "HOME": "/home/ada",
    }

    redactor = Redactor(find_secret_values(variables))

    assert redactor.redact("saw plainword, abc, 123456789 in /home/ada") == "saw ***, abc, 123456789 in /home/ada"


def test_patterns_can_be_added_and_everything_switched_off() -> None:
    assert Redactor(extra=[r"patient-\d+"]).redact("patient-42 is well") == "*** is well"
    assert Redactor(["word1234"], ["w"], is_on=False).redact("word1234 PASSWORD=hunter2") == "word1234 PASSWORD=hunter2"
    assert Redactor(is_on=False).follow()(["PASSWORD=hunter2"]) == ["PASSWORD=hunter2"]


def test_an_added_pattern_over_lines_leaves_their_number() -> None:
    redact = Redactor(extra=[r"one\s+two"]).follow()

    assert redact(["one", "two", "three"]) == ["one", "two", "three"]


@pytest.mark.parametrize("name", ["DB_PASSWORD", "apiKey", "HF_TOKEN", "github_pat", "AWS_SECRET_ACCESS_KEY"])
def test_names_that_look_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["tokenizer", "MAX_TOKENS", "monkey", "PATH", "PWD_LIMITS"[:3] + "X", "keys"])
def test_names_that_do_not(name: str) -> None:
    assert not is_secret_name(name)


def test_every_pattern_says_what_it_is_for() -> None:
    names = [pattern.name for pattern in PATTERNS]

    assert len(set(names)) == len(names)
