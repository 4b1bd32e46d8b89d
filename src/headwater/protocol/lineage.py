"""Lineage: what a model version was made from and where it is used, as a graph; and where versions are deployed."""

import enum

import msgspec

from headwater.protocol.artifacts import check_path
from headwater.protocol.attributed import Attributed
from headwater.protocol.endpoint import NATIVE_BASE, Empty, Endpoint, Permission
from headwater.protocol.errors import InvalidParameterValue
from headwater.protocol.model_names import check_model_name, check_model_tag, check_model_text, check_version
from headwater.protocol.model_versions import ModelVersionResponse, ModelVersionTag
from headwater.protocol.names import (
    MAX_ARTIFACT_LOCATION,
    check_key,
    check_keys,
    check_length,
    check_model_id,
    check_no_nul,
    check_run_id,
    require,
)
from headwater.protocol.provenance import Provenance

COPIES_FOLDER = "registry"
"""The folder of the artifact tree that holds the files of versions that were copied from other registries."""

MAX_NODES = 1000


class NodeKind(enum.StrEnum):
    """What a node of the graph is."""

    VERSION = "version"
    ALIAS = "alias"
    STAGE = "stage"
    DEPLOYMENT = "deployment"
    LOGGED_MODEL = "logged_model"
    RUN = "run"
    DATASET = "dataset"
    CODE = "code"
    ENVIRONMENT = "environment"


class EdgeKind(enum.StrEnum):
    """How the source of an edge led to its target."""

    READ_BY = "read_by"
    RUN_BY = "run_by"
    PRODUCED = "produced"
    REGISTERED_AS = "registered_as"
    COPIED_TO = "copied_to"
    NEEDED_BY = "needed_by"
    NAMED = "named"
    IN_STAGE = "in_stage"
    DEPLOYED_TO = "deployed_to"
    PARENT_OF = "parent_of"


class LineageNode(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing: `id` is unique in the graph and stays the same, `label` is for people, `facts` what is known of it.

    `is_here` is false of what this registry only has on record, such as a run on another server.
    """

    id: str
    kind: NodeKind
    label: str
    facts: dict[str, str] = {}
    is_here: bool = True


class LineageEdge(msgspec.Struct, frozen=True):
    """An edge from what was before to what came of it; both are ids of nodes."""

    source: str
    target: str
    kind: EdgeKind


class GetLineage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Ask for everything that led to, and came of, a model version, a run, a logged model or a dataset's digest."""

    name: str = ""
    version: str = ""
    run_id: str = ""
    model_id: str = ""
    dataset_digest: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless exactly one thing is named."""
        given = [self.name, self.run_id, self.model_id, self.dataset_digest]
        if len(list(filter(None, given))) != 1:
            raise InvalidParameterValue(
                f"Lineage begins at one thing; got {given}. Give a name and version, a run, a model or a dataset."
            )
        if self.name:
            check_version(self.version)
        if self.run_id:
            check_run_id(self.run_id)
        if self.model_id:
            check_model_id(self.model_id)
        check_no_nul("dataset_digest", self.dataset_digest)


class Lineage(msgspec.Struct, frozen=True, omit_defaults=True):
    """The graph; `root` is the node that was asked about. A graph of more than 1,000 nodes is `truncated`."""

    root: str
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    truncated: bool = False


class GetProvenance(msgspec.Struct, frozen=True):
    """Get what a version was made of: its run as it is, or as it was when the version was registered."""

    name: str
    version: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the version is named."""
        require("name", self.name)
        check_version(self.version)


class ProvenanceResponse(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a version was made of, and one digest for all of its files."""

    provenance: Provenance
    digest: str = ""


class PutVersionCopy(Attributed, frozen=True):
    """Make the next version of a model of files that were sent from another registry, with their provenance.

    The files are in the store's tree at `registry/<folder>`, and must be those that the provenance names.
    """

    name: str
    folder: str
    provenance: Provenance
    tags: list[ModelVersionTag] = msgspec.field(default_factory=list)
    run_link: str = ""
    description: str = ""

    @property
    def root(self) -> str:
        """Return where the files are in the store's tree."""
        return f"{COPIES_FOLDER}/{self.folder}"

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless name, folder, texts and provenance are allowed."""
        self.check_who()
        check_model_name("name", self.name)
        check_path(require("folder", self.folder))
        self.provenance.check()
        if not self.provenance.files or self.provenance.origin is None:
            raise InvalidParameterValue("A copy needs the files and the origin of the version. Give both.")
        check_keys("tags", "key", (tag.key for tag in self.tags), "key")
        for tag in self.tags:
            check_model_tag(tag.key, tag.value)
        check_model_text("run_link", self.run_link, MAX_ARTIFACT_LOCATION)
        check_model_text("description", self.description)


class Deploy(Attributed, frozen=True):
    """Note that a target, such as an endpoint or a cluster, runs a version now, instead of the one it ran before."""

    name: str
    target: str
    version: str
    url: str = ""

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless version and target are named."""
        self.check_who()
        require("name", self.name)
        check_key("target", self.target)
        check_version(self.version)
        check_length("url", self.url, MAX_ARTIFACT_LOCATION)
        check_no_nul("url", self.url)


class Undeploy(Attributed, frozen=True):
    """Note that a target runs no version any more; one that ran none is fine."""

    name: str
    target: str

    def check(self) -> None:
        """Raise `InvalidParameterValue` unless the model and target are named."""
        self.check_who()
        require("name", self.name)
        check_key("target", self.target)


GET = Endpoint(
    resource="lineage",
    verb="get",
    methods=("GET",),
    path="registry/lineage",
    request=GetLineage,
    response=Lineage,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
GET_PROVENANCE = Endpoint(
    resource="lineage",
    verb="get_provenance",
    methods=("GET",),
    path="registry/provenance",
    request=GetProvenance,
    response=ProvenanceResponse,
    permission=Permission.READ,
    bases=NATIVE_BASE,
)
PUT_COPY = Endpoint(
    resource="lineage",
    verb="put_copy",
    methods=("POST",),
    path="registry/copies",
    request=PutVersionCopy,
    response=ModelVersionResponse,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
DEPLOY = Endpoint(
    resource="lineage",
    verb="deploy",
    methods=("POST",),
    path="registry/deployments",
    request=Deploy,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)
UNDEPLOY = Endpoint(
    resource="lineage",
    verb="undeploy",
    methods=("DELETE",),
    path="registry/deployments",
    request=Undeploy,
    response=Empty,
    permission=Permission.EDIT,
    bases=NATIVE_BASE,
)

ENDPOINTS = (GET, GET_PROVENANCE, PUT_COPY, DEPLOY, UNDEPLOY)
