"""The options that every flavor's `autolog` shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a user may choose; a flavor adds its own in a subclass.

    Attributes:
        log_input_examples: keep the first rows of the training data with a logged model.
        log_model_signatures: keep the columns of inputs and outputs with a logged model.
        log_models: keep the trained model, where the flavor can save one.
        log_datasets: say which data a run was trained and evaluated on.
        disable: log nothing, and take the hooks out of the library.
        exclusive: log only to runs that autologging starts, never to one that the user started.
        disable_for_unsupported_versions: log nothing with a version of the library that it is not made for.
        silent: print nothing about autologging.
        registered_model_name: register each logged model under this name.
        extra_tags: tags for every run that autologging starts.
    """

    log_input_examples: bool = False
    log_model_signatures: bool = True
    log_models: bool = True
    log_datasets: bool = True
    disable: bool = False
    exclusive: bool = False
    disable_for_unsupported_versions: bool = False
    silent: bool = False
    registered_model_name: str | None = None
    extra_tags: Mapping[str, str] = field(default_factory=dict)
