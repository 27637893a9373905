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
        (
            ("threshold = 2}", "threshold = 2, runs = [1.5, 1.6]}"),
            "strong has 2 runs; expected 0, one per training seed",
        ),
        (("threshold = 2}", "threshold = 2, deterministic = true, runs = [1, 1]}"), "2 runs; expected 1"),
        (('id = "hw01"', 'id = "hw02"'), "id is 'hw02', but the folder is called 'hw01_regression'"),
    ],
)
def test_a_malformed_card_is_told(write, change, says):
    with pytest.raises(CardError, match=r"homework\.toml") as error:
        read_card(write(CARD.replace(*change, 1)))
    assert says in str(error.value) and "\n" not in str(error.value)


EVIDENCE = """
seeds = [1, 2]
simple = {threshold = 4, runs = [3.5, 3.6]}
medium = {threshold = 3, runs = [2.5, 1.9]}
strong = {threshold = 2, runs = [1.5], deterministic = true}
boss = {threshold = 1, runs = [0.5, 1.1]}
[[ladder.builtin.fresh]]
seed = 31
strong = [2.1]
fault = "This data is harder."
[[cheap]]
name = "a constant"
scores = [9.5]
quick = "constant"
[[cheap]]
name = "a copy"
scores = [3.5, 2.9]
source = "by hand"
may_reach = "simple"
[[cheap]]
name = "the answers, looked up"
scores = [0.0]
source = "by hand"
forbidden = "nothing is looked up"
[[control]]
rung = "boss"
name = "more steps"
scores = [1.2, 0.9]
source = "by hand"
fault = "So it is the steps."
"""


def test_faults_of_the_evidence(write):
    text = CARD[: CARD.index("simple = {")] + EVIDENCE
    (card,) = read_card(write(text)).cards
    assert card.faults() == [
        ("medium: a run with 1.9 reaches strong", ""),
        ("strong on data seed 31: a run with 2.1 misses its own threshold", "This data is harder."),
        ("boss: a run with 1.1 misses its own threshold", ""),
        ("cheap answer, a copy: 2.9 reaches medium", ""),
        ("control, more steps: 0.9 reaches boss", "So it is the steps."),
    ]
    with pytest.raises(CardError, match=r"cheap\.0.*either quick .* or source"):
        read_card(write(text.replace('quick = "constant"', "")))
    with pytest.raises(CardError, match="forbidden, so it has neither a fault nor a rung"):
        read_card(write(text.replace('may_reach = "simple"', 'may_reach = "simple"\nforbidden = "no copies"')))


def test_missing_card_and_unknown_homework(tmp_path):
    with pytest.raises(CardError, match="does not exist"):
        read_card(tmp_path / "hw01_x" / "homework.toml")
    with pytest.raises(CardError, match="no homework 'hw99'; choose one of hw"):
        find_card("hw99")
    assert find_card("hw03_cnn") is find_card("hw03")
