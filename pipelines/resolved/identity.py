"""Who is insured: persons, their entitlements and their former numbers and names, from the newest registry snapshot.

Rows of one person that contradict each other are settled by content, never by their order: the identity is taken whole
from the row with a valid number, then by the order of its values, so that no number meets another row's name.
"""

from typing import Final

import polars as pl

from matchers.names import normalise_name
from matchers.numbers import normalise_number, read_numbers
from matchers.passes import Registry, match_records
from matchers.records import read_records
from schemas.codes import MatchTier, PaymentState

# an entitlement stated twice: the row that pays
_STATES: Final = (PaymentState.DRAWING, PaymentState.SUSPENDED, PaymentState.NOT_DRAWING, PaymentState.TERMINATED)
# a person in two groups: the one that asks most care of us
_GROUPS: Final = ("BEDRIDDEN", "DISABLED", "ABROAD", "GENERAL")
_MOBILE: Final = r"^1[0-9]{10}$"
# no name or number is weighed here: only ties that need no weight teach
_CHANGES_PRIOR: Final = 0.5
_FORMER: Final = ("id_number", "name", "former_id_number", "former_name")


def find_persons(registry_rows: pl.DataFrame) -> pl.DataFrame:
    """PERSON, from registry rows joined with `read_records` of their number and name."""
    identity = ["is_unsure", "number", "name", "raw_name", "sex", "birth_date"]
    told = registry_rows.select(
        "person_no",
        "number",
        "name",
        "raw_name",
        is_unsure=pl.col("body").is_null(),
        sex=pl.col("sex").fill_null("0"),
        birth_date=pl.coalesce("birth_date", "derived_birth_date"),
    )
    chosen = told.sort("person_no", *identity, nulls_last=True).unique("person_no", keep="first", maintain_order=True)
    return chosen.join(_contacts(registry_rows), on="person_no", how="left", maintain_order="left").select(
        "person_no",
        id_number="number",
        id_valid=~pl.col("is_unsure"),
        name="name",
        raw_name="raw_name",
        sex="sex",
        birth_date="birth_date",
        phone="phone",
        address="address",
        group="group",
    )


def find_entitlements(registry_rows: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """ENTITLEMENT: of two rows with one key the one that pays, then pays more, then began first."""
    key = ["person_no", "programme_code", "county_code"]
    rank = pl.col("payment_state").replace_strict({state.value: i for i, state in enumerate(_STATES)}, default=9)
    amount = pl.col("monthly_fen").fill_null(0)
    ordered = registry_rows.select(*key, "payment_state", "first_payment_date", monthly_fen=amount).sort(
        *key, rank, "payment_state", -pl.col("monthly_fen"), "first_payment_date", nulls_last=True
    )
    of_person = persons.select("person_no", "birth_date", "group", "id_valid", has_phone=pl.col("phone") != "")
    return ordered.unique(key, keep="first", maintain_order=True).join(of_person, on="person_no", maintain_order="left")


def registry_aliases(registry_rows: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """ALIAS, as far as the registry itself knows former numbers and names."""
    return _aliases(registry_rows.select("person_no", id="former_id_number", called="former_name"), persons)


def learned_aliases(rows: pl.DataFrame, registry: Registry, persons: pl.DataFrame) -> pl.DataFrame:
    """ALIAS, from records that state a number and name with their former ones (`id_number`, `name`, `former_…`).

    The record is tied to a person by any of its four pairs of number and name; if the pairs point to different
    persons it teaches nothing.
    """
    told = rows.select(_FORMER).filter(_is_told("former_id_number") | _is_told("former_name")).with_row_index("told")
    pairs = [
        told.select("told", id_number=number, name=name)
        for number in ("id_number", "former_id_number")
        for name in ("name", "former_name")
    ]
    asked = pl.concat(pairs).with_row_index("row")
    nothing = {"birth_date": pl.lit(None, pl.Date), "sex": pl.lit(None, pl.String), "county_code": pl.lit("")}
    read = asked.select("row").hstack(read_records(asked)).with_columns(**nothing)
    answers = match_records(read, registry, prior=_CHANGES_PRIOR).answers
    exact = pl.when(answers["match_tier"] == MatchTier.EXACT.value).then(answers["person_no"])
    tied = (
        asked.select("told")
        .with_columns(person_no=exact)
        .drop_nulls()
        .unique()
        .filter(pl.col("told").is_unique())
        .join(told, on="told")
    )
    now = tied.select("person_no", id="id_number", called="name")
    once = tied.select("person_no", id="former_id_number", called="former_name")
    return _aliases(pl.concat([now, once]), persons)


def _aliases(told: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Valid numbers and non-empty names (person_no, id, called) that are not the person's present ones."""
    number, name = normalise_number(told["id"]), normalise_name(told["called"])
    of_kind = {
        "id_number": told.select("person_no", value=number).filter(read_numbers(number)["body"].is_not_null()),
        "name": told.select("person_no", value=name).filter(pl.col("value") != ""),
    }
    found = pl.concat([rows.with_columns(kind=pl.lit(kind)) for kind, rows in of_kind.items()]).unique()
    present = persons.select("person_no", "id_number", "name").join(found, on="person_no", how="semi")
    other = found.join(present, on="person_no").filter(
        (pl.col("value") != pl.col("id_number")) & (pl.col("value") != pl.col("name"))
    )
    return other.select("person_no", "kind", "value").sort("person_no", "kind", "value")


def _contacts(registry_rows: pl.DataFrame) -> pl.DataFrame:
    phone = pl.col("phone").str.strip_chars()
    group = pl.col("group").replace_strict({name: i for i, name in enumerate(_GROUPS)}, default=len(_GROUPS) - 1)
    return registry_rows.group_by("person_no").agg(
        phone=phone.filter(phone.str.contains(_MOBILE)).min().fill_null(""),
        address=pl.col("address").filter(pl.col("address") != "").min().fill_null(""),
        group=group.min().replace_strict(dict(enumerate(_GROUPS)), return_dtype=pl.String),
    )


def _is_told(column: str) -> pl.Expr:
    return pl.col(column).fill_null("") != ""
