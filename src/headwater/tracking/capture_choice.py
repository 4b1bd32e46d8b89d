"""What a run captures: the one switch, its parts, and the settings of system metrics."""

import re
from collections.abc import Callable, Iterable

from headwater import config
from headwater.capture.redaction import Redactor, find_secret_values
from headwater.protocol.errors import InvalidParameterValue

CONSOLE, CODE, SYSTEM = "console", "code", "system"
PARTS = (CODE, CONSOLE, SYSTEM)
MIN_INTERVAL_S = 0.1
CAPTURED_TAG = "headwater.captured"

Capture = bool | str | Iterable[str]


def choose(capture: Capture | None, *, log_system_metrics: bool | None) -> frozenset[str]:
    """Return which parts a run captures: what its caller says, else what the settings say.

    Raises `InvalidParameterValue` for a part that does not exist.
    """
    parts = _choose_parts(capture, wants_system=log_system_metrics)
    if SYSTEM in parts:
        sampling()  # tells of a mistake before the run begins
    if parts:
        redact_patterns()
    return parts


def _choose_parts(capture: Capture | None, *, wants_system: bool | None) -> frozenset[str]:
    parts = _parse(config.CAPTURE.get(), config.CAPTURE.name) if capture is None else _parse(capture, "capture")
    if wants_system is None and capture is None and config.SYSTEM_METRICS.get():
        wants_system = config.SYSTEM_METRICS.is_on()
    if wants_system is None:
        return parts
    return parts | {SYSTEM} if wants_system else parts - {SYSTEM}


def sampling() -> tuple[float, int]:
    """Return the seconds between samples of system metrics, and how many make a point.

    Raises `InvalidParameterValue` for a setting that is not such a number.
    """
    interval = _read_number(config.SYSTEM_METRICS_INTERVAL_S, float)
    samples = _read_number(config.SYSTEM_METRICS_SAMPLES, int)
    return max(MIN_INTERVAL_S, interval), int(samples)


def _read_number(setting: config.Setting, kind: Callable[[str], float]) -> float:
    text = setting.get()
    try:
        number = kind(text)
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid {setting.name} '{text}'. Give a number above 0.") from error
    _check_positive(setting.name, number)
    return number


def redact_patterns() -> list[str]:
    """Return the regular expressions that the setting adds; raise `InvalidParameterValue` for one that is none."""
    patterns = [line.strip() for line in config.REDACT_PATTERNS.get().splitlines() if line.strip()]
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise InvalidParameterValue(
                f"Invalid {config.REDACT_PATTERNS.name} '{pattern}': {error}. Give one regular expression a line."
            ) from error
    return patterns


def make_redactor() -> Redactor:
    """Return what hides secrets as the settings say."""
    values = find_secret_values(config.environment())
    return Redactor(values, redact_patterns(), is_on=config.REDACT.is_on())


def enable_system_metrics_logging() -> None:
    """Log the load of this machine (processors, memory, disk, network, GPUs) with every run started from now on.

    Example:
        >>> hw.enable_system_metrics_logging()
    """
    config.SYSTEM_METRICS.set("1")


def disable_system_metrics_logging() -> None:
    """Log no system metrics with runs started from now on, unless `start_run` asks for them."""
    config.SYSTEM_METRICS.set("0")


def set_system_metrics_sampling_interval(interval: float | None) -> None:
    """Set the seconds between two samples of system metrics; None is the default, 10."""
    _check_positive("interval", interval)
    config.SYSTEM_METRICS_INTERVAL_S.set("" if interval is None else str(interval))


def set_system_metrics_samples_before_logging(samples: int | None) -> None:
    """Set how many samples of system metrics are averaged into one point; None is the default, 1."""
    _check_positive("samples", samples)
    config.SYSTEM_METRICS_SAMPLES.set("" if samples is None else str(samples))


def set_system_metrics_node_id(node_id: str | None) -> None:
    """Set this machine's name within the names of system metrics, `system/<node_id>/…`; None for no such part."""
    config.SYSTEM_METRICS_NODE_ID.set("" if node_id is None else str(node_id))


def _check_positive(name: str, value: float | None) -> None:
    if value is not None and not value > 0:
        raise InvalidParameterValue(f"Invalid {name} '{value}'. Give a number above 0.")


def _parse(given: Capture, source: str) -> frozenset[str]:
    if isinstance(given, bool):
        given = "all" if given else "none"
    names = given.split(",") if isinstance(given, str) else list(given)
    parts: set[str] = set()
    for name in (str(name).strip().lower() for name in names):
        if name in {"all", "1", "true", "yes", "on"}:
            parts.update(PARTS)
        elif name in PARTS:
            parts.add(name)
        elif name not in {"", "none", "0", "false", "no", "off"}:
            raise InvalidParameterValue(
                f"Invalid {source} '{name[:100]}'. Use 'all', 'none', or some of {', '.join(PARTS)}."
            )
    return frozenset(parts)
