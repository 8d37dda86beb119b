"""Execution of proposals by the office: it stops and resumes benefits, late, never, or of the wrong person.

Who is stopped when depends on the proposal and the seed alone. Nothing here judges anybody: the office does what it was
proposed, and the registry and the payments of later days show it; arrears are paid on the first pay day after.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
import yaml

from data_samples.province.answers import SHIPPED as ANSWERS
from data_samples.province.answers import AnswerRates, chances
from data_samples.province.draws import NEVER, day_number
from data_samples.province.parameters import HERE, Parameters
from data_samples.province.record_draws import draws, keys_of
from schemas.contract import Declared

STORY: Final = HERE / "story.yaml"
ENTITLEMENT: Final = ("person_no", "programme_code", "county_code")
PROPOSED: Final = {
    "person_no": pl.Int64, "programme_code": pl.String, "county_code": pl.String, "action": pl.String, "day": pl.Date,
}  # fmt: skip
EXECUTED: Final = PROPOSED | {"proposed_on": pl.Date, "cause": pl.String}
STOPS: Final = ("END", "SUSPEND")


class OfficeRates(Declared):
    """Shares are of proposals, days are days after them."""

    execute_days: tuple[int, int]
    execute_late: float
    late_days: tuple[int, int]
    execute_never: float
    execute_wrong_person: float
    resume_days: tuple[int, int]
    own_stops: float
    objects: float
    object_days: tuple[int, int]
    outreach_daily: float
    outreach_met: float
    requests_done: float


@dataclass(frozen=True, slots=True)
class StoryRates:
    parameters: Parameters
    answers: AnswerRates
    office: OfficeRates


def read_story_rates(path: Path = STORY, *, counties: int = 0) -> StoryRates:
    """The rates of a story, laid over those of a province; people live in so many counties, 0: in all."""
    stated = yaml.safe_load(path.read_text(encoding="utf-8"))
    shipped = {
        "parameters": yaml.safe_load((HERE / "parameters.yaml").read_text(encoding="utf-8")),
        "answers": yaml.safe_load(ANSWERS.read_text(encoding="utf-8")),
    }
    stated["parameters"]["population"] = {"counties": counties}
    laid = {name: _laid_over(rows, stated[name]) for name, rows in shipped.items()}
    return StoryRates(
        Parameters.model_validate(laid["parameters"]),
        AnswerRates.model_validate(laid["answers"]),
        OfficeRates.model_validate(stated["office"]),
    )


def _laid_over(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return below | {key: _laid_over(below.get(key), value) for key, value in above.items()}


def executions(
    proposed: pl.DataFrame, executed: pl.DataFrame, drawing: pl.DataFrame, rates: OfficeRates, *, day: date, seed: int
) -> pl.DataFrame:
    """EXECUTED rows of a day.

    `proposed` (PROPOSED) are all proposals so far, once for each night that makes them, withdrawals among them;
    `executed` what was done before; `drawing` the keys of who draws a benefit. A stop that was withdrawn before its day
    is not executed, but by those who are late. A proposal is executed once, however many nights repeat it, until the
    opposite was executed in between.
    """
    newest_done = executed.sort("day").group_by(ENTITLEMENT).agg(last_done=pl.last("day"))
    since = proposed.join(newest_done, on=ENTITLEMENT, how="left").filter(
        pl.col("last_done").is_null() | (pl.col("day") > pl.col("last_done"))
    )
    pending = (
        since.filter(pl.col("action") != "WITHDRAW").group_by(*ENTITLEMENT, "action").agg(proposed_on=pl.min("day"))
    )
    pending = pending.filter(pl.col("proposed_on") <= day).sort(*ENTITLEMENT, "action")
    if pending.is_empty():
        return pl.DataFrame(schema=EXECUTED)
    names = pl.concat_str([pl.col(name).cast(pl.String) for name in pending.columns], separator="/")
    drawn = chances(pending.select(names).to_series(), ("when", "late", "never", "whom"), seed=seed)
    is_stop, is_late = pl.col("action").is_in(STOPS), pl.col("late") < rates.execute_late
    wait = (
        pl.when(~is_stop).then(_within(rates.resume_days))
        .when(is_late).then(_within(rates.late_days)).otherwise(_within(rates.execute_days))
    )  # fmt: skip
    due = pending.hstack(drawn).with_columns(
        wait=wait, is_wrong=is_stop & (pl.col("whom") < rates.execute_wrong_person), is_late=is_stop & is_late
    )
    due = due.filter(
        pl.col("proposed_on") + pl.duration(days=pl.col("wait")) == day,
        ~(is_stop & (pl.col("never") < rates.execute_never)),
    )
    back = proposed.filter(pl.col("action") == "WITHDRAW").group_by(ENTITLEMENT).agg(withdrawn_on=pl.max("day"))
    stands = (pl.col("withdrawn_on") < pl.col("proposed_on")).fill_null(True) | ~is_stop | pl.col("is_late")
    due = due.join(back, on=ENTITLEMENT, how="left").filter(stands)
    done = due.select(*ENTITLEMENT, "action", "proposed_on", "is_wrong").with_columns(
        day=pl.lit(day), cause=pl.when("is_wrong").then(pl.lit("WRONG_PERSON")).otherwise(pl.lit("PROPOSED"))
    )
    return _of_wrong_person(done, drawing).select(*EXECUTED).unique(ENTITLEMENT, keep="first").sort(ENTITLEMENT)


def _within(days: tuple[int, int]) -> pl.Expr:
    first, last = days
    return (first + pl.col("when") * (last - first + 1)).cast(pl.Int64)


def _of_wrong_person(done: pl.DataFrame, drawing: pl.DataFrame) -> pl.DataFrame:
    """Those of the wrong person with the next person who draws the same in the county; the last one has no next."""
    key = ["programme_code", "county_code"]
    next_one = (
        drawing.sort("person_no")
        .with_columns(next_no=pl.col("person_no").shift(-1).over(key))
        .select(*ENTITLEMENT, "next_no")
    )
    found = done.join(next_one, on=ENTITLEMENT, how="left")
    is_wrong = pl.col("is_wrong") & pl.col("next_no").is_not_null()
    return found.with_columns(person_no=pl.when(is_wrong).then("next_no").otherwise("person_no"))


def standing(executed: pl.DataFrame, day: date) -> pl.DataFrame:
    """Newest execution of each entitlement by a day: its key, `action`, `since`."""
    by_then = executed.filter(pl.col("day") <= day).sort("day", "action")
    return by_then.group_by(ENTITLEMENT).agg(action=pl.last("action"), since=pl.last("day")).sort(ENTITLEMENT)


def as_executed(
    entitlements: pl.DataFrame, executed: pl.DataFrame, rates: OfficeRates, *, start: date, day: date, seed: int
) -> pl.DataFrame:
    """`draw_entitlements` as they stand on a day: what the registry does by itself after `start` it does seldom.

    A stop or suspension that had begun by `start` stays; of later ones the share `own_stops`.
    """
    begun, rows = day_number(start), entitlements
    own = pl.Series("own", draws(keys_of(rows["person_no"].cast(pl.String)), seed=seed, purpose="own stop"))
    kept = rows.with_columns(own < rates.own_stops).with_columns(
        stop=pl.when((pl.col("stop") <= begun) | pl.col("own")).then("stop").otherwise(NEVER),
        held_from=pl.when(pl.col("held_from") <= begun).then("held_from").otherwise(NEVER),
        held_to=pl.when(pl.col("held_from") <= begun).then("held_to").otherwise(NEVER),
    )
    found = kept.join(standing(executed, day), on=ENTITLEMENT, how="left", maintain_order="left")
    since, action = pl.col("since").cast(pl.Int32).cast(pl.Int64), pl.col("action")
    ended = action == "END"
    return found.with_columns(
        stop=pl.when(ended).then(since).when(action.is_not_null()).then(NEVER).otherwise("stop"),
        held_from=pl.when(action == "SUSPEND").then(since).when(action.is_not_null()).then(NEVER)
        .otherwise("held_from"),
        held_to=pl.when(action.is_not_null()).then(NEVER).otherwise("held_to"),
    ).select(entitlements.columns)  # fmt: skip


def arrears(entitlements: pl.DataFrame, executed: pl.DataFrame, paid: pl.DataFrame, *, paid_on: date) -> pl.DataFrame:
    """Key, `pay_month`, `amount_fen` of the months from a stop to the resumption that were not paid: paid on the first
    pay day after it. `paid` is key, pay_month, paid_fen of what was paid so far.
    """
    done = executed.filter(pl.col("day") <= paid_on).sort("day")
    stops = done.filter(pl.col("action").is_in(STOPS)).group_by(ENTITLEMENT).agg(stopped=pl.min("day"))
    back = standing(executed, paid_on).filter(pl.col("action") == "RESUME").join(stops, on=ENTITLEMENT)
    months = back.with_columns(
        pay_month=pl.date_ranges(
            pl.col("stopped").dt.month_start(), pl.lit(paid_on.replace(day=1)), interval="1mo", closed="left"
        )
    ).explode("pay_month").drop_nulls("pay_month")  # fmt: skip
    owed = months.join(paid.filter(pl.col("paid_fen") > 0), on=[*ENTITLEMENT, "pay_month"], how="anti")
    amounts = entitlements.select(*ENTITLEMENT, amount_fen="monthly_fen").unique(ENTITLEMENT, keep="first")
    return owed.join(amounts, on=ENTITLEMENT).select(*ENTITLEMENT, "pay_month", "amount_fen").sort(
        *ENTITLEMENT, "pay_month"
    )  # fmt: skip
