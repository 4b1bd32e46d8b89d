"""Every store keeps the contract of artifacts."""

from headwater.testing.contract_artifacts import ArtifactsContract, BlobsContract, PreviewContract


class TestArtifacts(ArtifactsContract):
    """Run over the stores of the fixture."""


class TestPreview(PreviewContract):
    """Run over the stores of the fixture."""


class TestBlobs(BlobsContract):
    """Run over the stores of the fixture."""
