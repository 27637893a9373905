import pytest

from common.errors import CardError
from common.submission.card import find_card, read_card

CARD = """
id = "hw01"
status = "ready"
[title]
en = "T"
zh = "題"
[metric]
name = "mse"
label = "MSE"
direction = "lower"
chance = 10
perfect = 0
[submission]
file = "submission.csv"
max_bytes = 1000
columns = [{name = "id", dtype = "int", key = true}, {name = "y", dtype = "float"}]
[rungs]
simple = "a"
medium = "b"
strong = "c"
boss = "d"
[time]
starter = 1
boss = 2
[ladder.builtin]
source = "hw ladder hw01"
simple = {threshold = 4}
medium = {threshold = 3}
strong = {threshold = 2}
boss = {threshold = 1}
"""


@pytest.fixture
def write(tmp_path):
    def write(text, folder="hw01_regression"):
        (tmp_path / folder).mkdir(exist_ok=True)
        path = tmp_path / folder / "homework.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_rungs(write):
    (card,) = read_card(write(CARD)).cards
    assert [card.rung_of(value) for value in (5, 4, 3.5, 2, 0.5)] == [None, "simple", "simple", "strong", "boss"]
    assert card.submission.keys == ["id"] and card.submission.answers == ["y"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("id = ", "name = "), "id: Field required"),
        (('"lower"', '"down"'), "direction"),
        (('"mse"', '"guess"'), "unknown metric 'guess'"),
        (("threshold = 2", "limit = 2"), "ladder.builtin.strong"),
        (("[ladder.builtin]", "[ladder.2022]"), "needs ladder.builtin"),
        (("[title]", "[title"), "not valid TOML"),
        (('id = "hw01"', 'id = "hw02"'), "id is 'hw02', but the folder is called 'hw01_regression'"),
    ],
)
def test_a_malformed_card_is_told(write, change, says):
    with pytest.raises(CardError, match=r"homework\.toml") as error:
        read_card(write(CARD.replace(*change, 1)))
    assert says in str(error.value) and "\n" not in str(error.value)


def test_missing_card_and_unknown_homework(tmp_path):
    with pytest.raises(CardError, match="does not exist"):
        read_card(tmp_path / "hw01_x" / "homework.toml")
    with pytest.raises(CardError, match="no homework 'hw99'; choose one of hw"):
        find_card("hw99")
    assert find_card("hw03_cnn") is find_card("hw03")
