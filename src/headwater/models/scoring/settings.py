"""What a scoring server may be told; every value has a safe default."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class ScoringSettings:
    """Which model is served, where, and how much the server takes on.

    Attributes:
        model_uri: any URI that `load_model` takes; one with an alias, a stage or `latest` is followed when it moves.
        name: the model's name in the Open Inference Protocol; default: what the URI or the model says.
        share_port: let another server that does so have the port, too, so that it can take this one's place.
        workers: processes, each with the model in its memory.
        timeout_s: how long a request may take, then it is answered with 504.
        waiting: requests inside the server at once, beyond which the answer is 429.
        batch_rows: rows of concurrent requests that are predicted together; 1: never together.
        threads: predictions at once of models whose requests are not joined, and of long requests.
        streams: answers in parts at once, each in a thread of its own, beyond which the answer is 429.
        follow_s: how often a moving URI is looked up; 0: only on SIGHUP.
        stack_traces: whether an error of the model shows its traceback to who asked.
    """

    model_uri: str
    name: str = ""
    host: str = "127.0.0.1"
    port: int = 5000
    share_port: bool = False
    workers: int = 1
    timeout_s: float = 60.0
    waiting: int = 1024
    batch_rows: int = 512
    threads: int = 4
    streams: int = 64
    max_body_bytes: int = 64 * MEBIBYTE
    follow_s: float = 5.0
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    allow_pickle: bool | None = None
    stack_traces: bool = False
    access_log: bool = False
