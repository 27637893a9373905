"""An epidemic in 37 states, seen through a daily survey: rows in the schema of the 2022 COVID-19 regression set.

What is modelled, per state and day:

- *Infections* follow a renewal equation, I(t) = S(t) R(t) sum_k g(k) I(t - k), with a generation interval g of mean
  5.5 days, susceptibles S that are used up and return as immunity wanes, a little travel between states, and an R(t)
  made of a shared season, shared and local slow drift (variants, weather, policy), and the caution of the people
  (Fraser 2007, "Estimating individual and household reproduction numbers in an emerging epidemic"; Cori et al. 2013,
  "A new framework and software to estimate time-varying reproduction numbers during epidemics").
- *Caution* rises about ten days after prevalence does, saturates, and tires; masks, shopping, events, work, anxiety and
  depression follow it, each with its own delay (Epstein et al. 2008, "Coupled contagion dynamics of fear and disease").
- *Testing.* Among those tested, the ill compete with routine testing, so that positivity is ill / (ill + routine): it
  moves in odds, not in points. Routine testing stops at the weekend where people are tested at work, in cities, and
  peaks there where it is done in drive-in campaigns, in the country. How much of either a state has changes over the
  months, as offices close and open: who knows the state does not know it. `public_transit` tells the two kinds apart,
  and work, shops and restaurants tell the day of the week.
- *The survey* asks a number of people that grows with the state's population, so every column carries binomial noise,
  and the noise is several times larger in a small state than in a large one (Salomon et al. 2021, "The US COVID-19
  Trends and Impact Survey", PNAS 118(51), which describes the survey that the original columns come from).

Columns overlap as in the original (cli and ili are nearly one column, hh_cmnty_cli and nohh_cmnty_cli as well), several
say nothing about tomorrow, and percentages are left unscaled. Level and spread of the columns are roughly those of the
2022 file. Unlike there the answers are not averaged over a week, so the days of the week can be seen.

Epidemics differ in how fast they move, yet a test is to be as hard on one seed as on another. So the level of
positivity and the number of people tested are such that over the days to be predicted the mean squared change since
yesterday is `CHANGE`, and the mean variance of the survey's answer `NOISE`. And of `DRAWS` surveys of these days, and
of the days before, the ones are taken whose errors are of that size and have least to do with the change, so that
copying yesterday does as on any other seed: a mean squared error of `CHANGE` + 2 `NOISE`. There are more test windows
than in the original, since half of this error lies in the twentieth part of them, where waves are high.

Each state's days are dealt out in turns: a block of training days, in which a window starts on every day, then test
windows that share no day with one another or with training: at least `GAP` days lie between them. No answer of the
test set can be looked up in another row. (In the 2022 file training windows overlap in the same way.)
"""

from dataclasses import dataclass

import numpy as np

from common.generators.secrets import apart

# the 37 states of the 2022 file, in its order, with their population in millions (2020 census, rounded)
STATES = {
    "AL": 5.0, "AK": 0.7, "AZ": 7.2, "AR": 3.0, "CA": 39.5, "CO": 5.8, "CT": 3.6, "FL": 21.5, "GA": 10.7, "ID": 1.8,
    "IL": 12.8, "IN": 6.8, "IA": 3.2, "KS": 2.9, "KY": 4.5, "LA": 4.7, "MD": 6.2, "MA": 7.0, "MI": 10.1, "MN": 5.7,
    "MS": 3.0, "MO": 6.2, "NE": 2.0, "NV": 3.1, "NJ": 9.3, "NM": 2.1, "NY": 20.2, "NC": 10.4, "OH": 11.8, "OK": 4.0,
    "OR": 4.2, "RI": 1.1, "SC": 5.1, "TX": 29.1, "UT": 3.3, "VA": 8.6, "WA": 7.7,
}  # fmt: skip

# item: typical level, spread between states, change per unit of caution, change at the weekend (percentage points)
BEHAVIOUR = {
    "wearing_mask": (59.0, 9.0, 13.0, -0.6),
    "travel_outside_state": (15.0, 3.4, -2.5, 1.2),
    "work_outside_home": (33.3, 3.0, -1.5, -4.0),
    "shop": (65.6, 2.2, -2.2, 2.0),
    "restaurant": (33.3, 3.2, -3.6, 3.2),
    "spent_time": (44.1, 3.0, -3.4, 2.2),
    "large_event": (20.7, 3.2, -3.0, 2.6),
    "public_transit": (4.6, 1.9, -0.5, -0.5),  # its spread follows the habits of testing
    "anxious": (13.0, 1.3, 1.6, 0.0),
    "depressed": (10.7, 1.0, 1.0, 0.2),
    "worried_finances": (35.5, 2.6, 1.2, 0.0),
}
ITEMS = ("cli", "ili", "hh_cmnty_cli", "nohh_cmnty_cli", *BEHAVIOUR, "tested_positive")
WINDOW = 5  # days in a row of the table
TRAIN_DAYS, TEST_WINDOWS, GAP = 23, 24, 4  # a turn: one training block, then test windows, `GAP` days between all
BURN_IN = 80  # days before the survey starts
DELAY = {"anxious": 7, "depressed": 12, "worried_finances": 14}  # days that an answer follows caution; others: 2
HABITS = 2.0  # how much the habits of testing change, in units of what is a state's own
WEEKEND_TESTING = 0.17  # how much routine testing falls at the weekend in a state of average habits, in log odds
TYPICAL_ODDS, WAVE = 0.089, 0.66  # odds of a positive test, about; size of the waves in log odds
CHANGE, NOISE, DRAWS = 0.9, 0.17, 200  # squared percentage points, both


@dataclass(frozen=True)
class Panel:
    """The survey of all states, before it is cut into windows. Arrays are (37 states, days); percent unless said."""

    items: np.ndarray  # (16, 37, days), the order of ITEMS
    positivity: np.ndarray  # the share of positive tests without the survey's noise
    tested: np.ndarray  # (37, 1) people asked who were tested: the noise of tested_positive


@dataclass(frozen=True)
class Windows:
    """Rows of the table: `values` (rows, 5, 16); the last entry of a row is its target."""

    state: np.ndarray  # (rows,) index into STATES
    start: np.ndarray  # (rows,) first day
    values: np.ndarray


def windows(seed: int, train_rows: int, test_rows: int, turns: int) -> tuple[Windows, Windows]:
    """Training and test windows, in random order, from `turns` turns of training block and test windows per state.

    Raises ValueError if the turns do not hold that many rows.
    """
    rng = np.random.default_rng([seed, 2])
    turn = TRAIN_DAYS + GAP + TEST_WINDOWS * (WINDOW + GAP)
    days = turns * turn
    shift = rng.integers(0, turn, size=(len(STATES), 1))  # each state begins at another point of its turn
    day = np.arange(days - WINDOW + 1)
    at = (day + shift) % turn  # (37, days)
    in_training = at <= TRAIN_DAYS - WINDOW
    after = at - TRAIN_DAYS - GAP
    in_test = (after >= 0) & (after % (WINDOW + GAP) == 0)
    in_training, in_test = _choose(in_training, train_rows, rng), _choose(in_test, test_rows, rng)
    to_predict = in_test[0], in_test[1] + WINDOW - 1
    predicted = np.zeros((len(STATES), days), dtype=bool)
    predicted[to_predict] = True
    survey = panel(seed, days, predicted)
    training, test = _cut(survey, *in_training), _cut(survey, *in_test)
    before, today = survey.positivity[to_predict[0], to_predict[1] - 1], survey.positivity[to_predict]
    people = survey.tested[test.state, 0]
    shown = test.values[:, -2, -1] = _typical(rng, before, people, today - before)
    # in an exam whom the survey asks on a day to be predicted has nothing to do with what is shown
    rng = apart(rng, seed, "answers")
    test.values[:, -1, -1] = _typical(rng, today, people, today - shown)
    return training, test


def _typical(rng: np.random.Generator, percent: np.ndarray, people: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Of many surveys the one whose errors have about the mean square `NOISE`, and no correlation with `change`."""
    answers = np.stack([_ask(rng, percent, people) for _ in range(DRAWS)])
    errors = answers - percent
    unusual = np.hypot(np.mean(errors**2, axis=1) - NOISE, np.mean(errors * change, axis=1))
    return np.round(answers[unusual.argmin()], 7)


def _choose(allowed: np.ndarray, rows: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """So many of the allowed windows, in random order: states and first days, (rows,) each."""
    state, start = np.nonzero(allowed)
    if rows > len(state):
        raise ValueError(f"asked for {rows} windows, but there are only {len(state)}")
    chosen = rng.permutation(len(state))[:rows]
    return state[chosen], start[chosen]


def _cut(survey: Panel, state: np.ndarray, start: np.ndarray) -> Windows:
    days = start[:, None] + np.arange(WINDOW)
    return Windows(state, start, survey.items[:, state[:, None], days].transpose(1, 2, 0))


def panel(seed: int, days: int, predicted: np.ndarray | None = None) -> Panel:
    """The epidemic and what the survey says of it, for all states over `days` days.

    predicted: (37, days) bool, the days on which `CHANGE` and `NOISE` are what they say; without, all but the first.
    """
    rng = np.random.default_rng([seed, 1])
    population = np.array(list(STATES.values()))[:, None]
    urban = _standardised(np.log(population) + rng.normal(0, 0.8, population.shape), axis=0)
    ill, caution = _epidemic(rng, urban, BURN_IN + days)
    calendar = np.arange(BURN_IN + days) % 7
    weekend = np.isin(calendar, (5, 6)) + 0.35 * (calendar == 4) - 0.3  # Friday is on the way; 0 on average

    # odds of a positive test: the ill against routine testing, whose weekend differs between town and country
    lasting = _standardised(urban + rng.normal(0, 0.25, urban.shape), axis=0)
    habits = _standardised(lasting + HABITS * _walk(rng, ill.shape, 0.99), axis=0)
    routine = 0.02 * _walk(rng, ill.shape, 0.97) - WEEKEND_TESTING * 0.8 * (1 + habits) * weekend
    wave = _standardised(np.log(ill), axis=1, of=slice(BURN_IN, None)) + 0.3 * rng.normal(size=urban.shape)
    if predicted is None:
        predicted = np.broadcast_to(np.arange(days) > 0, (len(STATES), days))
    positivity = _as_fast_as_ever(np.exp(WAVE * wave - routine), predicted)

    shares = _illness(rng, ill / ill[:, BURN_IN:].mean())
    for item, (typical, between, to_caution, to_weekend) in BEHAVIOUR.items():
        own = typical * np.expm1(0.42 * habits) if item == "public_transit" else between * rng.normal(size=urban.shape)
        felt = _later(caution, DELAY.get(item, 2))
        drift = 0.25 * between * _walk(rng, ill.shape, 0.985)
        shares[item] = typical + own + to_caution * felt + to_weekend * weekend + drift
    asked = np.round(9000 * (population / 5) ** 0.6)  # people who answer on a day
    variance = (positivity * (100 - positivity) / asked)[:, BURN_IN:]  # if all who are asked were tested
    tested = np.round(asked * variance[predicted].mean() / NOISE)
    answers = [_ask(rng, shares[item], asked) for item in ITEMS[:-1]]
    answers.append(_ask(rng, positivity, tested))
    return Panel(np.round(np.stack(answers)[:, :, BURN_IN:], 7), positivity[:, BURN_IN:], tested)


def _as_fast_as_ever(odds: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Positivity in percent (37, days), from odds up to a factor: the one with which changes have their usual size."""
    factor = TYPICAL_ODDS
    for _ in range(30):  # the change grows nearly with the factor's square
        positivity = 100 * factor * odds / (1 + factor * odds)
        change = np.diff(positivity[:, BURN_IN - 1 :], axis=1)[predicted]
        factor *= (CHANGE / np.mean(change**2)) ** 0.4
    return positivity


def _illness(rng: np.random.Generator, ill: np.ndarray) -> dict[str, np.ndarray]:
    """Percentages with symptoms, and who know somebody ill; `ill` in units of its mean. Pairs are nearly collinear."""
    flu = 0.3 + 0.1 * np.sin(2 * np.pi * np.arange(ill.shape[1]) / 365 + 0.5) + 0.03 * _walk(rng, ill.shape, 0.95)
    cli = 0.55 * ill + np.maximum(flu, 0.05)
    lately = _smooth(ill, 9)
    return {
        "cli": cli,
        "ili": 1.01 * cli + 0.02 * (1 + 0.3 * _walk(rng, ill.shape, 0.9)),
        "hh_cmnty_cli": 100 * (1 - np.exp(-0.085 * lately - 0.075)),
        "nohh_cmnty_cli": 100 * (1 - np.exp(-0.075 * lately - 0.045)),
    }


def _epidemic(rng: np.random.Generator, urban: np.ndarray, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of the population that is ill, and caution (about 0 to 2), each (states, days)."""
    n = len(urban)
    memory = 14
    lag = np.arange(1, memory + 1)
    generation = lag**2.5 * np.exp(-lag / 1.6)
    generation /= generation.sum()
    season = 0.15 * np.cos(2 * np.pi * (np.arange(days) - 230) / 210)
    drift = season + 0.12 * _walk(rng, (1, days), 0.97) + 0.20 * _walk(rng, (n, days), 0.97)
    reproduction = 1.75 * np.exp(0.05 * urban + 0.04 * rng.normal(size=(n, 1)) + drift)
    infected = np.empty((n, days))
    infected[:, :memory] = 6e-4 * np.exp(0.5 * rng.normal(size=(n, 1)))
    caution = np.full((n, days), 0.6)
    susceptible = np.full((n, days), 0.85)
    for t in range(memory, days):
        recent = (infected[:, t - memory : t][:, ::-1] * generation).sum(axis=1)
        recent = 0.97 * recent + 0.03 * recent.mean()
        feared = infected[:, t - 12 : t - 5].mean(axis=1) / 0.7e-3  # what the news of the last week says
        caution[:, t] = caution[:, t - 1] + (np.log1p(feared) - caution[:, t - 1]) / 9
        susceptible[:, t] = susceptible[:, t - 1] - 2.5 * infected[:, t - 1] + (1 - susceptible[:, t - 1]) / 180
        effective = reproduction[:, t] * np.clip(susceptible[:, t], 0.05, 1) * np.exp(-0.42 * caution[:, t])
        infected[:, t] = np.minimum(recent * effective, 0.02) + 1e-6
    ill = np.empty_like(infected)  # symptoms come about five days after infection and last some
    onset = lag**3.0 * np.exp(-lag / 1.5)
    onset /= onset.sum()
    padded = np.concatenate([np.repeat(infected[:, :1], memory, axis=1), infected], axis=1)
    for t in range(days):
        ill[:, t] = (padded[:, t : t + memory][:, ::-1] * onset).sum(axis=1)
    return ill, caution


def _walk(rng: np.random.Generator, shape: tuple[int, int], memory: float) -> np.ndarray:
    """Smooth random curves of unit variance along the last axis: an AR(1) with the given day-to-day memory."""
    noise = rng.normal(size=shape)
    out = np.empty(shape)
    out[:, 0] = noise[:, 0]
    for t in range(1, shape[1]):
        out[:, t] = memory * out[:, t - 1] + np.sqrt(1 - memory**2) * noise[:, t]
    return out


def _ask(rng: np.random.Generator, percent: np.ndarray, people: np.ndarray) -> np.ndarray:
    """What a survey of `people` says of a share of `percent`: a binomial count, as a percentage."""
    count = np.broadcast_to(np.maximum(np.round(people), 1), percent.shape).astype(np.int64)
    return 100 * rng.binomial(count, np.clip(percent / 100, 0.001, 0.999)) / count


def _smooth(x: np.ndarray, days: int) -> np.ndarray:
    """Mean of the last `days` days."""
    sums = np.cumsum(np.concatenate([np.repeat(x[:, :1], days, axis=1), x], axis=1), axis=1)
    return (sums[:, days:] - sums[:, :-days]) / days


def _later(x: np.ndarray, days: int) -> np.ndarray:
    return np.concatenate([np.repeat(x[:, :1], days, axis=1), x[:, :-days]], axis=1)


def _standardised(x: np.ndarray, axis: int, of: slice = slice(None)) -> np.ndarray:
    """`x` in units of its standard deviation around its mean along `axis`, both taken `of` a part of it."""
    part = x[:, of] if axis else x[of]
    return (x - part.mean(axis, keepdims=True)) / part.std(axis, keepdims=True)
