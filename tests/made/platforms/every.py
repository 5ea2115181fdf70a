"""All platforms that have a local server; the contract is held for each of them."""

import importlib
import pkgutil

import made.platforms
from made.platforms.base import FakePlatform


def every_platform() -> list[type[FakePlatform]]:
    """Return the servers of all platforms, by name."""
    for module in pkgutil.iter_modules(made.platforms.__path__):
        importlib.import_module(f"made.platforms.{module.name}")
    return sorted((kind for kind in FakePlatform.__subclasses__() if kind.__module__.startswith("made.")),
                  key=lambda kind: kind.platform)
