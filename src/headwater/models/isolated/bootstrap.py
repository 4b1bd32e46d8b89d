"""Runs Headwater in an environment in which it is not installed, from the folder that the first argument names.

It is run as a script by the environment's Python, with nothing of Headwater on its path. So the process speaks the same
version as the one that started it, whether that is installed, editable or a checkout, and without a network.
"""

import importlib.util
import sys


def main(folder: str, module: str, arguments: list[str]) -> None:
    """Import the package in a folder as `headwater`, and call `main` of one of its modules."""
    spec = importlib.util.spec_from_file_location(
        "headwater", f"{folder}/__init__.py", submodule_search_locations=[folder]
    )
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["headwater"] = package
    spec.loader.exec_module(package)
    sys.argv = [module, *arguments]
    importlib.import_module(module).main()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
