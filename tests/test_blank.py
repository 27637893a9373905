"""Smoke runs that draw nothing, and those beside them that do."""

import io

import matplotlib.pyplot as plt
import pytest

from common import plots
from tests import blank


def drawn(name: str = "loss") -> bytes:
    with plt.rc_context():
        plots.use_style()
        figure, axes = plt.subplots()
        axes.set_ylabel(name)
        picture = io.BytesIO()
        try:
            figure.savefig(picture, format="png", bbox_inches="tight")
        finally:
            plt.close(figure)
    return picture.getvalue()


def test_nothing_is_drawn_only_where_it_is_asked_for(monkeypatch):
    assert drawn().startswith(b"\x89PNG")
    monkeypatch.setenv(blank.BLANK, "1")
    assert drawn() == b""


def test_what_cannot_be_drawn_fails_where_it_is_drawn():
    with pytest.raises(ValueError, match="Unknown symbol"):
        drawn("$\\nothing{$")
