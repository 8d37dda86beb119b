"""Insured persons, their entitlements and their former numbers and names, from the newest registry snapshot.

Rows of one person that contradict each other are settled by content, never by their order: the identity is taken whole
from the row with a valid number, then by the order of its values, so that no number meets another row's name.
"""

from typing import Final

import polars as pl

from matchers.names import name_key, normalise_name
from matchers.numbers import normalise_number, read_numbers
from matchers.passes import Registry, index_registry, match_records
from matchers.records import read_records
from schemas.codes import IN_PAYMENT, MatchTier, PaymentState
from schemas.tables import ALIAS

# an entitlement stated twice: the row that pays
_STATES: Final = (PaymentState.DRAWING, PaymentState.SUSPENDED, PaymentState.NOT_DRAWING, PaymentState.TERMINATED)
# a person in two groups: the one that needs most care
_GROUPS: Final = ("BEDRIDDEN", "DISABLED", "ABROAD", "GENERAL")
_MOBILE: Final = r"^1[0-9]{10}$"
# typed where a number must stand and none is known: a message to it reaches nobody
_NO_NUMBERS: Final = ("11111111111", "10000000000", "12345678901", "12345678910")
# any prior will do: it only counts where weights decide, and only exact ties teach
_CHANGES_PRIOR: Final = 0.5
_NUMBERS: Final = ("id_number", "former_id_number")  # the current one first
_NAMES: Final = ("name", "former_name")


def find_persons(registry_rows: pl.DataFrame) -> pl.DataFrame:
    """PERSON, from registry rows shaped by `shape_records`."""
    identity = ["is_unsure", "number", "id_type", "name", "raw_name", "sex", "birth_date"]
    rows = registry_rows.select(
        "person_no",
        "number",
        "id_type",
        "name",
        "raw_name",
        is_unsure=pl.col("body").is_null() & ~(pl.col("is_other_document") & pl.col("document").is_not_null()),
        sex=pl.col("sex").fill_null("0"),
        birth_date=pl.coalesce("birth_date", "derived_birth_date"),
    )
    chosen = rows.sort("person_no", *identity, nulls_last=True).unique("person_no", keep="first", maintain_order=True)
    return chosen.join(_contacts(registry_rows), on="person_no", how="left", maintain_order="left").select(
        "person_no",
        id_number="number",
        id_type="id_type",
        id_valid=~pl.col("is_unsure"),
        name="name",
        raw_name="raw_name",
        sex="sex",
        birth_date="birth_date",
        phone="phone",
        address="address",
        group="group",
        county_codes="county_codes",
    )


def index_persons(persons: pl.DataFrame, aliases: pl.DataFrame, *, only: pl.Series | None = None) -> Registry:
    """Index of insured humans by every number and name they are known by (PERSON, ALIAS), of all or `only` of these.

    One who has several person numbers stands in it once, under the least.
    """
    humans = find_humans(persons)
    indexed = persons.join(humans.filter(pl.col("person_no") == pl.col("human_no")), on="person_no", how="semi")
    residences = persons.select("person_no", county_code=pl.col("county_codes").str.split(",")).explode("county_code")
    known, lived = (of_humans(rows, humans).unique() for rows in (aliases, residences))
    is_wanted = pl.lit(True) if only is None else pl.col("person_no").is_in(only.implode())
    return index_registry(indexed.filter(is_wanted), known.filter(is_wanted).sort(*ALIAS.key), lived.filter(is_wanted))


def find_entitlements(registry_rows: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """ENTITLEMENT: of two rows with one key the one that pays, then pays more, then began first.

    A benefit that a newer snapshot states as paid by another county has moved there, be it the person or the county
    that moved: a county that sends no more keeps its last rows, and nobody draws twice by them. Where no day of the
    first payment is known nobody can tell that it is the same benefit.
    """
    registry_rows = registry_rows.filter(~_has_moved())
    key = ["person_no", "programme_code", "county_code"]
    rank = pl.col("payment_state").replace_strict({state.value: i for i, state in enumerate(_STATES)}, default=9)
    amount = pl.col("monthly_fen").fill_null(0)
    ordered = registry_rows.select(*key, "payment_state", "first_payment_date", monthly_fen=amount).sort(
        *key, rank, "payment_state", -pl.col("monthly_fen"), "first_payment_date", nulls_last=True
    )
    known = persons.select("person_no", "birth_date", "group", "id_valid", has_phone=pl.col("phone") != "")
    of_person = known.join(find_humans(persons), on="person_no", maintain_order="left")
    return ordered.unique(key, keep="first", maintain_order=True).join(of_person, on="person_no", maintain_order="left")


def _has_moved() -> pl.Expr:
    benefit = ["person_no", "programme_code", "first_payment_date"]
    paid = pl.when(pl.col("payment_state").is_in(IN_PAYMENT)).then("business_date")
    is_older = (pl.col("business_date") < paid.max().over(benefit)).fill_null(False)
    return pl.col("first_payment_date").is_not_null() & is_older


def find_humans(persons: pl.DataFrame) -> pl.DataFrame:
    """person_no, human_no: the least person number with the same valid number, name (dots or not) and birth date.

    One human under several person numbers is no rival of himself.
    """
    same = [pl.col("id_number"), name_key(pl.col("name")), pl.col("birth_date")]
    is_known = pl.col("id_valid") & (pl.col("name") != "")
    least = pl.when(is_known).then(pl.col("person_no").min().over(same)).otherwise("person_no")
    return persons.select("person_no", human_no=least)


def of_humans(rows: pl.DataFrame, humans: pl.DataFrame, person_no: str = "person_no") -> pl.DataFrame:
    """`rows` with the human's number in place of the person number; one that nobody has stays."""
    numbers = humans.rename({"person_no": person_no})
    joined = rows.join(numbers, on=person_no, how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("human_no", person_no).alias(person_no)).drop("human_no")


def states_former(rows: pl.DataFrame) -> pl.Series:
    """Whether each row states a former number or name (`former_…`) beside another current one.

    A row with one value in both columns knows of a change, and not which of the two values it wrote.
    """
    number, former_number = (normalise_number(rows[column].fill_null("")) for column in _NUMBERS)
    name, former_name = (normalise_name(rows[column]) for column in _NAMES)
    return ((former_number != "") & (former_number != number)) | ((former_name != "") & (former_name != name))


def registry_aliases(registry_rows: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """ALIAS, as far as the registry itself states former numbers and names."""
    return _aliases(registry_rows.select("person_no", id_number="former_id_number", name="former_name"), persons)


def learned_aliases(rows: pl.DataFrame, registry: Registry, persons: pl.DataFrame) -> pl.DataFrame:
    """ALIAS, from records that state a number and name with their former ones (`id_number`, `name`, `former_…`).

    The record is tied to a person by any of its four pairs of number and name; if the pairs point to different
    persons it teaches nothing.
    """
    stated = rows.select(*_NUMBERS, *_NAMES).filter(states_former(rows)).with_row_index("record")
    pairs = [stated.select("record", id_number=number, name=name) for number in _NUMBERS for name in _NAMES]
    every = pl.concat(pairs).with_row_index("row")
    unstated = {"birth_date": pl.lit(None, pl.Date), "sex": pl.lit(None, pl.String), "county_code": pl.lit("")}
    read = every.select("row").hstack(read_records(every)).with_columns(**unstated)
    answers = match_records(read, registry, prior=_CHANGES_PRIOR).results
    exact = pl.when(answers["match_tier"] == MatchTier.EXACT.value).then(answers["person_no"])
    tied = (
        every.select("record")
        .with_columns(person_no=exact)
        .drop_nulls()
        .unique()
        .filter(pl.col("record").is_unique())
        .join(stated, on="record")
    )
    current = tied.select("person_no", "id_number", "name")
    former = tied.select("person_no", id_number="former_id_number", name="former_name")
    return _aliases(pl.concat([current, former]), persons)


def _aliases(stated: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """ALIAS: valid numbers and non-empty names of `stated` (person_no, id_number, name) that are not current."""
    number, name = normalise_number(stated["id_number"]), normalise_name(stated["name"])
    of_kind = {
        "id_number": stated.select("person_no", value=number).filter(read_numbers(number)["body"].is_not_null()),
        "name": stated.select("person_no", value=name).filter(pl.col("value") != ""),
    }
    found = pl.concat([rows.with_columns(kind=pl.lit(kind)) for kind, rows in of_kind.items()]).unique()
    current = persons.select("person_no", "id_number", "name").join(found, on="person_no", how="semi")
    other = found.join(current, on="person_no").filter(
        (pl.col("value") != pl.col("id_number")) & (pl.col("value") != pl.col("name"))
    )
    return other.select("person_no", "kind", "value").sort("person_no", "kind", "value")


def _contacts(registry_rows: pl.DataFrame) -> pl.DataFrame:
    """phone, address, group and county_codes per person; of several values the least valid one, in whatever order."""
    phone = pl.col("phone").str.strip_chars()
    group = pl.col("group").replace_strict({name: i for i, name in enumerate(_GROUPS)}, default=len(_GROUPS) - 1)
    return registry_rows.group_by("person_no").agg(
        phone=phone.filter(phone.str.contains(_MOBILE) & ~phone.is_in(_NO_NUMBERS)).min().fill_null(""),
        address=pl.col("address").filter(pl.col("address") != "").min().fill_null(""),
        group=group.min().replace_strict(dict(enumerate(_GROUPS)), return_dtype=pl.String),
        county_codes=pl.col("county_code").unique().sort().str.join(","),
    )
