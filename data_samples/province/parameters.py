"""The parameters of a simulated province, as `parameters.yaml` states them; every rate has its source there."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict

HERE: Final = Path(__file__).parent
ByAge = dict[int, float]  # value from this age on


class Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Scale:
    """What is asked for: how many persons of the registry, how many nights from which date on, which world."""

    persons: int
    nights: int
    start: date
    seed: int


class Lag(Stated):
    """Days of a log-normal delay."""

    median: float
    spread: float


class Amount(Stated):
    median: int
    spread: float


class Source(Stated):
    """A source of death reports: the share it ever reports, and how late."""

    share: float
    lag_days: float
    spread: float


class Population(Stated):
    drawing_share: float
    programmes: dict[str, float]
    ages_60_up: tuple[float, ...]
    employee_below_60: float
    women_60_up: tuple[float, ...]
    men_share_below_60: float
    twin_share: float
    household_size: dict[int, float]
    monthly_fen: dict[str, Amount]
    fifteen_digit_share: float
    number_changed_share: float
    name_changed_share: float
    duplicate_share: float
    second_programme_share: float
    other_document_share: float
    namesake_share: float
    phone_share: ByAge
    shared_phone_share: float
    counties: int


class Mortality(Stated):
    men_2000: tuple[float, ...]
    women_2000: tuple[float, ...]
    multipliers: tuple[float, ...]
    below_60: float
    known_dead_share: float


class Deaths(Stated):
    certificate: Source
    hukou: Source
    funeral: Source
    funeral_minority: Source
    in_hospital: Source
    village: Source
    family_report: Source
    cremation_share: float
    village_no_number: float
    village_typo: float
    village_suspected: float
    relative_number: float
    other_date: float
    corrected: float
    processed_days: Lag
    recovered_share: float
    card_used: float
    card_uses: int


class Errors(Stated):
    alive_reported_dead: float
    homonym: float
    revoked_share: float
    revoked_days: Lag
    still_listed: float
    former_number: float
    former_name: float
    relation_word: float
    declared_dead: float
    reappears_days: Lag
    namesakes_number: float


class RegistryErrors(Stated):
    old_number: float
    old_name: float
    second_number: float


class Custody(Stated):
    custody_rate: float
    prison_share: float
    acquitted_share: float
    suspended_share: float
    remand_days: Lag
    term_days: Lag
    report_days: Lag
    wanted_rate: float
    missing_rate: float


class Life(Stated):
    remarriage_rate: dict[str, float]
    adoption_rate: float
    employment_rate: dict[str, float]
    move_rate: float
    emigration_rate: float
    id_card_rate: float


class Behaviour(Stated):
    shares: dict[str, ByAge]
    care: dict[str, float]
    prevention: dict[str, float]
    travel: dict[str, float]
    counter: dict[str, float]
    spread: float
    not_drawing_share: float

    def habit(self, name: str) -> dict[str, float]:
        habits: dict[str, dict[str, float]] = {
            "care": self.care,
            "prevention": self.prevention,
            "travel": self.travel,
            "counter": self.counter,
        }
        return habits[name]


class SignalKind(Stated):
    feed: str
    event_code: str
    qualifier_code: str = ""
    rate: float
    habit: str
    lag: float
    days: int = 0
    history_days: int = 0
    age: ByAge = {}


class Signals(Stated):
    history_days: int
    kinds: tuple[SignalKind, ...]
    refunded_share: float
    refunded_days: int


class Reminder(Stated):
    days_before: int
    share: float


class Channels(Stated):
    self_share: ByAge
    self_share_abroad: float
    reminders: tuple[Reminder, ...]
    answer_days: int
    unasked_share: float
    failed_share: float
    visit_share: ByAge
    visit_share_traced: float
    not_found_share: float
    consular_share: float
    assisted_share: float
    requests: dict[str, float]


class Money(Stated):
    pay_day: int
    history_months: int
    returned_share: float
    held_share: float
    back_paid_share: float


class Deliveries(Stated):
    population_register_days: int
    stranger_share: float


class Parameters(Stated):
    population: Population
    mortality: Mortality
    deaths: Deaths
    errors: Errors
    registry_errors: RegistryErrors
    custody: Custody
    life: Life
    behaviour: Behaviour
    signals: Signals
    channels: Channels
    money: Money
    deliveries: Deliveries


def read_parameters(path: Path = HERE / "parameters.yaml") -> Parameters:
    stated: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Parameters.model_validate(stated)
