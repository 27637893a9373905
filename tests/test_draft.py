"""Pictures in draft: drawn, and not arranged."""

import io

import matplotlib.pyplot as plt
import pytest
from matplotlib.layout_engine import ConstrainedLayoutEngine

from common import plots
from tests import draft


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


def test_a_draft_is_drawn_and_not_arranged(monkeypatch):
    arranged = []
    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda self, figure: arranged.append(figure))
    assert drawn().startswith(b"\x89PNG") and arranged
    arranged.clear()
    monkeypatch.setenv(draft.DRAFT, draft.ROUGH)
    assert drawn().startswith(b"\x89PNG") and not arranged
    monkeypatch.setenv(draft.DRAFT, draft.BLANK)
    assert drawn() == b""


def test_what_cannot_be_drawn_fails_in_a_draft_too(monkeypatch):
    monkeypatch.setenv(draft.DRAFT, draft.ROUGH)
    with pytest.raises(ValueError, match="Unknown symbol"):
        drawn("$\\nothing{$")
