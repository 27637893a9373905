"""What the fifteen homeworks share and is not the lesson. `import common` is light: names load when first used."""

from importlib import import_module

__version__ = "0.1.0"

# public name -> module that holds it; None: the name is the module itself (no other name may equal a module's)
_WHERE = {
    "Homework": "homework",
    "batches": "loaders",
    "check": None,
    "data": None,
    "fit": "training",
    "make_loader": "loaders",
    "metrics": None,
    "pick_device": "device",
    "plots": None,
    "set_seed": "seed",
}
__all__ = sorted([*_WHERE, "require"])


def require(version: str) -> None:
    """Raise HomeworkError unless this package is at least `version` ("0.2"): the setup cell of every notebook asks."""
    from common.errors import HomeworkError

    if [int(part) for part in __version__.split(".")] < [int(part) for part in version.split(".")]:
        raise HomeworkError(
            f"This notebook needs version {version} of the homeworks, but {__version__} is installed; "
            "install it again and restart the kernel."
        )


def __getattr__(name: str):
    if name not in _WHERE:
        raise AttributeError(f"module 'common' has no attribute {name!r}")
    module = import_module(f"common.{_WHERE[name] or name}")
    value = getattr(module, name) if _WHERE[name] else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
