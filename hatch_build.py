"""Puts every homework's card into the wheel, so that a notebook opened alone (Colab) still finds it."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CardsHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict) -> None:
        if version == "editable":
            return  # the checkout itself is there to be read
        for card in sorted(Path(self.root).glob("hw[0-9][0-9]_*/homework.toml")):
            build_data["force_include"][str(card)] = f"common/cards/{card.parent.name}.toml"
