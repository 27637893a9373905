"""What this machine lacks."""

from importlib.util import find_spec


def why_not(homework: str) -> str:
    """Why a homework (`"hw12"`, or a longer name that holds it) cannot be run here; empty if it can."""
    if "hw12" in homework and find_spec("Box2D") is None:
        return "Box2D is not installed; for this Python there may be no build of it to download"
    return ""
