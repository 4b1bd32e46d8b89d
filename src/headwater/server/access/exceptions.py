"""Where the names of a verb's fields do not say everything about who may use it. Each entry has its reason."""

from headwater.protocol.roles import Level

ADJUSTED: dict[str, dict[str, Level | None]] = {
    # A version shows the files of its source: whoever makes it must be able to read them, no more.
    "model_versions.create": {"run_id": Level.READ, "model_id": Level.READ},
    "lineage.put_copy": {"root": Level.READ},
    # What a run read stays as it is.
    "inputs.log": {"models.model_id": Level.READ},
    "runs.append": {"model_inputs.model_id": Level.READ},
    # The copy is written, not the run; if no other experiment is named, see `checks`.
    "edits.copy_run": {"run_id": Level.READ},
    # Names that are free are nobody's, and others are refused by the store.
    "registered_models.create": {"name": None},
    "registered_models.rename": {"new_name": None},
}
"""What fields of a verb need instead of the verb's permission, by the steps to them; None: nothing."""

PATHS: dict[str, tuple[str, ...]] = {
    "artifacts.commit": ("root",),
    "artifacts.get_tree": ("root",),
    "artifacts.delete_tree": ("path",),
    "artifacts.list_tree": ("path",),
    "lineage.put_copy": ("root",),
}
"""Fields that are paths of the artifact tree; an empty one is all of it."""

FREE: dict[str, str] = {
    "experiments.create": "whoever is signed in may create, and manages what they created",
    "experiments.get_by_name": "the answer is refused unless the experiment may be read",
    "experiments.search": "the answer is pruned",
    "registered_models.create": "whoever is signed in may create, and manages what they created",
    "registered_models.search": "the answer is pruned",
    "model_versions.search": "the answer is pruned",
    "columns.changes": "the answer is pruned",
    "finding.find": "the answer is pruned",
    "home.read": "the answer is pruned",
    "runs.get_journal": "the name of a journal is known to the program that made it up at random, and says little",
    "artifacts.find_missing": "says only which files are kept here at all, to who has their digests",
    "artifacts.start_upload": "takes a file by its digest; it belongs to nothing until it is committed",
    "artifacts.finish_upload": "takes a file by its digest; it belongs to nothing until it is committed",
    "artifacts.sign_download": "who knows the 256 bits of a digest has been told of the file",
}
"""Verbs that name nothing, and why whoever is signed in may use them."""
