"""The epidemic behind homework 1: its schema, its determinism, and that no answer can be looked up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.generators import covid
from common.homeworks.hw01 import data as hw01
from common.submission.card import find_card

LADDER = find_card("hw01").ladder["builtin"]
SIZES = hw01.SIZES["standard"]


@pytest.fixture(scope="module")
def standard():
    """The public set: windows of both splits, and the answers of the test set."""
    training, test = covid.windows(hw01.SEED, *SIZES)
    return training, test, test.values[:, -1, -1]


def mse(predicted, true):
    return float(np.mean((predicted - true) ** 2))


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1))
def test_windows_are_a_pure_function_of_the_seed(seed):
    one, two = covid.windows(seed, 300, 100, 1), covid.windows(seed, 300, 100, 1)
    for a, b in zip(one, two, strict=True):
        assert a.values.tobytes() == b.values.tobytes()
        assert np.array_equal(a.state, b.state) and np.array_equal(a.start, b.start)


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1))
def test_every_column_is_a_percentage(seed):
    training, test = covid.windows(seed, *hw01.SIZES["smoke"])
    for windows in (training, test):
        assert windows.values.shape[1:] == (covid.WINDOW, len(covid.ITEMS))
        assert np.isfinite(windows.values).all()
        assert windows.values.min() >= 0 and windows.values.max() <= 100
        assert windows.state.min() >= 0 and windows.state.max() < len(covid.STATES)


@settings(max_examples=6)
@given(st.integers(0, 2**32 - 1) | st.integers(2**63, 2**127))
def test_copying_yesterday_is_as_hard_on_every_seed(seed):
    """So that thresholds which hold on one seed hold on another; of an exam's as well."""
    _, test = covid.windows(seed, *SIZES)
    assert abs(mse(test.values[:, -2, -1], test.values[:, -1, -1]) - covid.CHANGE - 2 * covid.NOISE) < 0.02


@settings(max_examples=6)
@given(st.integers(0, 2**32 - 1))
def test_surveys_of_the_days_to_be_predicted_are_typical(seed):
    """What is left of an answer when the best forecast is taken away is as large on every seed."""
    _, test = covid.windows(seed, *SIZES)
    days = SIZES[2] * (covid.TRAIN_DAYS + covid.GAP + covid.TEST_WINDOWS * (covid.WINDOW + covid.GAP))
    predicted = np.zeros((len(covid.STATES), days), dtype=bool)
    predicted[test.state, test.start + covid.WINDOW - 1] = True
    true = covid.panel(seed, days, predicted).positivity
    change = true[test.state, test.start + covid.WINDOW - 1] - true[test.state, test.start + covid.WINDOW - 2]
    for back in (1, 2):
        error = test.values[:, -back, -1] - true[test.state, test.start + covid.WINDOW - back]
        assert abs(np.mean(error**2) - covid.NOISE) < 0.01
        assert abs(np.mean(error * change)) < 0.01


def test_how_a_state_tests_changes_over_the_months():
    """The flag of a state does not tell how its testing swings with the week; `public_transit` does."""
    survey, months, days = covid.panel(4, 700), 5, 140
    transit = survey.items[covid.ITEMS.index("public_transit")].reshape(-1, months, days).mean(axis=2)
    log_odds = np.log(survey.positivity / (100 - survey.positivity)).reshape(-1, months, days // 7, 7)
    saturday, wednesday = ((day - covid.BURN_IN) % 7 for day in (5, 2))
    swing = (log_odds[..., saturday] - log_odds[..., wednesday]).mean(axis=2)
    assert np.corrcoef(swing.ravel(), transit.ravel())[0, 1] > 0.8
    assert np.corrcoef(swing[:, 0], swing[:, -1])[0, 1] < 0.6


def test_another_seed_is_another_epidemic():
    assert not np.array_equal(covid.panel(1, 40).items, covid.panel(2, 40).items)


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["smoke", "standard"]))
def test_no_day_of_a_test_window_is_in_any_other_window(seed, profile):
    training, test = covid.windows(seed, *hw01.SIZES[profile])
    seen = {
        (s, start + d) for s, start in zip(training.state, training.start, strict=True) for d in range(covid.WINDOW)
    }
    for s, start in zip(test.state, test.start, strict=True):
        near = range(start - covid.GAP, start + covid.WINDOW + covid.GAP)
        assert not any((s, d) in seen for d in near)
    order = np.lexsort((test.start, test.state))
    apart = np.diff(test.start[order])[np.diff(test.state[order]) == 0]
    assert apart.min() >= covid.WINDOW + covid.GAP


def test_training_windows_overlap_as_in_the_original(standard):
    training, _, _ = standard
    held = set(zip(training.state, training.start, strict=True))
    assert np.mean([(s, d + 1) in held for s, d in held]) > 0.8


def test_rows_come_in_no_order(standard):
    for windows in standard[:2]:
        assert abs(np.corrcoef(np.arange(len(windows.start)), windows.start)[0, 1]) < 0.15
        assert abs(np.corrcoef(np.arange(len(windows.state)), windows.state)[0, 1]) < 0.15


def test_more_windows_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="there are only"):
        covid.windows(0, 10_000, 10, 1)


@pytest.mark.parametrize("seed", [hw01.SEED, 1, 2, 3, 4])
def test_level_and_memory_are_those_of_the_real_file(seed):
    """The 2022 training file: mean 9.8, standard deviation 6.4, lag-1 correlation 0.985."""
    training, _ = covid.windows(seed, *SIZES)
    answer, yesterday = training.values[:, -1, -1], training.values[:, -2, -1]
    assert 8 < answer.mean() < 12 and 4.5 < answer.std() < 7.5
    assert 0.97 < np.corrcoef(answer, yesterday)[0, 1] < 0.99
    illness = training.values[:, -1, :2]
    assert np.corrcoef(illness, rowvar=False)[0, 1] > 0.95  # cli and ili: nearly one column


def test_noise_is_larger_in_small_states():
    survey = covid.panel(5, 300)
    noise = (survey.items[-1] - survey.positivity).std(axis=1)
    population = np.array(list(covid.STATES.values()))
    assert noise[population < 2].mean() > 2 * noise[population > 15].mean()


def test_knowing_the_order_of_the_windows_does_not_help(standard):
    """Even told which window follows which, a cheat can only interpolate over the gap: that stays below strong."""
    training, test, answers = standard
    first = {(s, d): v[0, -1] for w in (training, test) for s, d, v in zip(w.state, w.start, w.values, strict=True)}
    guesses = test.values[:, -2, -1].copy()
    for i, (state, start) in enumerate(zip(test.state, test.start, strict=True)):
        for later in range(covid.GAP, covid.GAP + 3):  # days after the last day of the window
            following = first.get((state, start + covid.WINDOW + later))
            if following is not None:
                guesses[i] += (following - guesses[i]) / (later + 2)
                break
    assert mse(guesses, answers) > LADDER.strong.threshold
