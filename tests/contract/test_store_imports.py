"""Every store keeps the contract of imports."""

from headwater.testing.contract_import_logged_models import ImportLoggedModelsContract
from headwater.testing.contract_imports import ImportModelsContract, ImportsContract


class TestImports(ImportsContract):
    """Run over the stores of the fixture."""


class TestImportModels(ImportModelsContract):
    """Run over the stores of the fixture."""


class TestImportLoggedModels(ImportLoggedModelsContract):
    """Run over the stores of the fixture."""
