"""Puts every homework's card into the wheel, so that a notebook opened alone (Colab) still finds it."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CardsHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict) -> None:
        if version == "editable":
            return  # the checkout itself is there to be read
        cards = sorted(Path(self.root).glob("hw[0-9][0-9]_*/homework.toml"))
        if not cards:
            raise FileNotFoundError(f"There is no homework.toml in {self.root}: the package needs its cards.")
        for card in cards:
            build_data["force_include"][str(card)] = f"common/cards/{card.parent.name}.toml"
