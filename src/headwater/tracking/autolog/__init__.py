"""Autologging: log calls that a library's own functions make for the user."""

from headwater.tracking.autolog.call import Call, Watch, Watcher, quiet
from headwater.tracking.autolog.engine import Integration, configure, effective_options, make_call
from headwater.tracking.autolog.options import Options
from headwater.tracking.autolog.patching import Hook

__all__ = [
    "Call",
    "Hook",
    "Integration",
    "Options",
    "Watch",
    "Watcher",
    "configure",
    "effective_options",
    "make_call",
    "quiet",
]
