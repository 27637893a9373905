"""What the fifteen homeworks share and is not the lesson. `import common` is light: names load when first used."""

from importlib import import_module

__version__ = "0.1.0"

# public name -> the module that holds it, or that is it
_WHERE = {
    "Homework": "submission.homework",
    "ProgressLine": "training.progress",
    "batches": "training.loaders",
    "check": "check",
    "data": "data",
    "fit": "training.loop",
    "metrics": "submission.metrics",
    "pick_device": "training.device",
    "plots": "plots",
    "set_seed": "training.seed",
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
    where = _WHERE[name]
    module = import_module(f"common.{where}")
    value = module if where.endswith(name) else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
