"""Questions to the agency that holds a record: what it should correct, and what it should check.

Some are about the record in itself, others about the record beside the persons it was compared with.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from matchers.defects import Rule, apply_rules, find_defects
from matchers.likeness import SAME_NAME
from matchers.numbers import COUNTY, SEQUENCES
from matchers.passes import Matches
from matchers.records import read_records
from matchers.rivals import SAME_NUMBER
from pipelines.resolved.identity import find_humans, states_former
from schemas.codes import (
    FEWEST_NUMBERS,
    OTHER_NAME,
    Issue,
    IssueKind,
    MatchConversion,
    MatchState,
    MatchTier,
    NameLevel,
    NumberLevel,
)
from schemas.tables import FORMER_IDENTITY, ISSUE

# nobody is presumed wrong: the other side of the comparison may be the one in error
_CHECKED: Final = (
    Issue.ID04, Issue.ID06, Issue.ID07, Issue.ID08, Issue.NM04, Issue.NM05, Issue.NM06, Issue.NM07, Issue.NM08,
    Issue.SQ07,
)  # fmt: skip
# sign that applications put in place of a character
MASK: Final = "*"
# another number than the person's: what it says of birth date and sex is another's as well
_WRONG_NUMBER: Final = (Issue.ID06.value, Issue.ID07.value)
# how the name differs from that of the person of the number, and which column is questioned then by which issue
_NAME_ISSUES: Final = (
    (NameLevel.HOMOPHONE, "name", Issue.NM04),
    (NameLevel.GLYPH, "name", Issue.NM04),
    (NameLevel.TRUNCATED, "name", Issue.NM05),
    (NameLevel.REORDERED, "name", Issue.NM07),
    (NameLevel.ONE_CHARACTER, "id_number", Issue.ID06),
    (NameLevel.OTHER, "id_number", Issue.ID06),
)


@dataclass(frozen=True, slots=True)
class Known:
    """Knowledge that records are compared with: county codes now or formerly in use, `base` (`base_identities`),
    `current` (person_no, body: each person's number on file), and the agencies that hold the population base.
    """

    counties: Collection[str]
    base: pl.DataFrame
    current: pl.DataFrame
    base_agencies: Collection[str]


@dataclass(frozen=True, slots=True)
class Questions:
    """`of_holders`: ISSUE, for who holds the record. `of_registry`: person_no, column, issue, for our own registry.

    `of_base`: ISSUE with person_no, where the registry differs from the holder of the population base alone: one of the
    two is asked (`ask_base_or_registry`). `confirmed`: person_no of whom another agency states number and name as the
    registry has them.
    """

    of_holders: pl.DataFrame
    of_registry: pl.DataFrame
    of_base: pl.DataFrame
    confirmed: pl.DataFrame


def find_issues(records: pl.DataFrame, found: Matches, known: Known) -> Questions:
    """Questions about shaped evidence records (`shape_records`) and what the matcher found of them.

    The registry is asked where the base has as current what a record of another agency states, or where our own
    channel, whose officers look the person up, found the person under another number or name. The holder of a number or
    name that the base calls a former one is asked, even if the registry has it still.
    """
    answers = found.results.drop("row").rename({"person_no": "tied_no"})
    beside = records.hstack(answers).with_columns(_beside_number(records, found.candidates))
    is_own = (pl.col("stated_no") == pl.col("tied_no")).fill_null(False)
    compared = _with_base(beside, known.base).with_columns(
        about_no=pl.coalesce("tied_no", "registered_no"), is_own=is_own
    )
    is_right = pl.col("is_current_in_base") | pl.col("is_own")
    of_match = pl.concat(
        [
            apply_rules(compared.filter(~is_right), _match_rules()),
            apply_rules(compared, _date_rules()),
            apply_rules(compared.filter(compared.select(_RECORD).is_duplicated()), _version_rules()),
        ]
    )
    by_base = compared.filter(pl.col("is_current_in_base") & ~pl.col("is_own"))
    differing = apply_rules(by_base, _match_rules()).join(
        by_base.select("row", person_no="about_no", is_base=pl.col("agency").is_in(sorted(known.base_agencies))),
        on="row",
    )
    of_registry, of_base = differing.filter(~pl.col("is_base")), differing.filter("is_base").drop_nulls("person_no")
    is_other = ~pl.col("is_own") & ~pl.col("agency").is_in(sorted(known.base_agencies))
    former = ("by_former_number", "by_former_name", "is_former_number_in_base", "is_former_name_in_base")
    is_as_registered = (pl.col("match_tier") == MatchTier.EXACT.value) & ~pl.any_horizontal(former)
    confirmed = compared.filter(is_other & is_as_registered)
    own = _found_by_own_channel(compared.filter("is_own").select("row", "has_lost"), found.candidates)
    defects = find_defects(_by_number_in_force(records, compared, known.current), known.counties)
    defects = defects.join(_borne_out(compared), on=["row", "issue"], how="anti")
    kept = _without_implied(_without_own_spelling(defects, found.results), of_match)
    return Questions(
        _issues(records, pl.concat([kept, of_match])),
        pl.concat([of_registry.select("person_no", "column", "issue"), own]).drop_nulls(),
        _issues(records, of_base.rename({"person_no": "about_no"}), "about_no").rename({"about_no": "person_no"}),
        confirmed.select(person_no="tied_no").unique(),
    )


def ask_base_or_registry(
    of_base: pl.DataFrame, of_registry: Sequence[pl.DataFrame], confirmed: Sequence[pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """ISSUE for the holder of the population base, and person_no, column, issue for the registry.

    What the base alone says against the registry (`of_base`) is asked of the base where another agency states the
    person as the registry does (`confirmed`) and none as the base does (`of_registry`); else of the registry. All are
    gathered of `Questions`.
    """
    supported = pl.concat(of_registry).select("person_no").unique()
    alone = pl.concat(confirmed).unique().join(supported, on="person_no", how="anti")
    is_of_base = of_base.join(alone, on="person_no", how="semi")
    is_of_registry = of_base.join(alone, on="person_no", how="anti")
    return is_of_base.select(ISSUE.names), is_of_registry.select("person_no", "column", "issue")


def find_reused_keys(records: pl.DataFrame, record_series: pl.Series) -> pl.DataFrame:
    """ISSUE (SQ07): one for each further person whom a record key turned up about, unless the feed shares its keys."""
    key = ["feed", "agency", "record_id", "record_series"]
    further = records.with_columns(record_series).filter(
        pl.col("record_series").str.contains("#", literal=True) & ~pl.col("shared_key")
    )
    first = further.sort(*key, "business_date", "delivery_id", "record_no").unique(
        key, keep="first", maintain_order=True
    )
    found = first.select("row", column=pl.lit("record_id"), issue=pl.lit(Issue.SQ07.value))
    return _issues(records, found)


def base_identities(rows: pl.DataFrame) -> pl.DataFrame:
    """body, name_key, is_former_number, is_former_name: how the population base knows its persons, now and formerly.

    `rows` are id_number, name, former_id_number, former_name of each. A row that says what was before knows more than
    one that does not: of number and name together it is believed first, as to what is current and what is former.
    """
    rows = rows.with_columns(knows_former=states_former(rows))
    numbers = {False: "id_number", True: "former_id_number"}
    names = {False: "name", True: "former_name"}
    parts = []
    for is_former_number, number in numbers.items():
        for is_former_name, name in names.items():
            stated = rows.select("knows_former", id_number=number, name=name).filter(pl.col("name").fill_null("") != "")
            parts.append(
                read_records(stated)
                .with_columns(stated["knows_former"])
                .filter(pl.col("body").is_not_null() & (pl.col("name_key") != ""))
                .select(
                    "body",
                    "name_key",
                    "knows_former",
                    is_former_number=is_former_number,
                    is_former_name=is_former_name,
                )
            )
    former = pl.col("is_former_number").cast(pl.Int8) * 2 + pl.col("is_former_name").cast(pl.Int8)
    every = (
        pl.concat(parts).with_columns(rank=former + pl.when("knows_former").then(0).otherwise(4)).drop("knows_former")
    )
    key = ["body", "name_key"]
    return every.sort(*key, "rank").unique(key, keep="first", maintain_order=True).drop("rank")


def ask_registry(questions: pl.DataFrame, registry_rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """ISSUE about registry rows, for `questions` (person_no, column, issue) that `known` does not hold yet.

    One for each wrong fact: of a person's rows the first by its key is asked about, and of a name that is known to be
    misspelt or cut nobody asks as well whose number stands beside it, of one with lost characters not how it differs.
    """
    misnamed = questions.filter(pl.col("column") == "name").select("person_no").unique()
    of_number = questions.filter(pl.col("issue") == Issue.ID06.value).join(misnamed, on="person_no", how="semi")
    questions = questions.unique().join(of_number, on=["person_no", "column", "issue"], how="anti")
    first = registry_rows.sort("person_no", "record_id", "record_no").unique(
        "person_no", keep="first", maintain_order=True
    )
    about = questions.join(first.select("person_no", "row"), on="person_no")
    standing = known.join(
        registry_rows.select("delivery_id", "record_no", "person_no"), on=["delivery_id", "record_no"]
    )
    lost = standing.filter(pl.col("issue") == Issue.NM02.value).select("person_no", "column")
    about = about.join(lost, on=["person_no", "column"], how="anti")
    new = about.join(
        standing.select("person_no", "column", "issue").unique(), on=["person_no", "column", "issue"], how="anti"
    )
    return _issues(registry_rows, new.select("row", "column", "issue").sort("row", "column", "issue"))


def find_registry_issues(
    records: pl.DataFrame, persons: pl.DataFrame, counties: Collection[str], base: pl.DataFrame
) -> pl.DataFrame:
    """ISSUE for the registry's own rows: bad in themselves, or at odds with others or with the base.

    Another number or name than the base has or else the person's other rows (ID07, NM08), a number that is also
    registered to a person of another name (ID06), a number or name that the base calls a former one (ID08, NM06). Each
    person number of a human who has several is asked about once (ID07).
    """
    of_person = persons.select("person_no", registered_number="id_number", registered_name="name")
    compared = _with_base(records.join(of_person, on="person_no", how="left", maintain_order="left"), base)
    shared = pl.col("body").is_not_null() & (pl.col("name_key").n_unique().over("body") > 1)
    several = shared & (pl.col("person_no").n_unique().over("body") > 1)
    of_base = {name: pl.col(name).filter("is_current_in_base").min().over("person_no") for name in ("number", "name")}
    compared = compared.with_columns(
        pl.coalesce(of_base[name], f"registered_{name}").alias(f"registered_{name}") for name in of_base
    )
    is_former_number, is_former_name = pl.col("is_former_number_in_base"), pl.col("is_former_name_in_base")
    other_number = pl.col("body").is_not_null() & (pl.col("number") != pl.col("registered_number"))
    rules = (
        ("id_number", Issue.ID06, several),
        ("id_number", Issue.ID07, other_number & ~is_former_number),
        ("id_number", Issue.ID08, is_former_number),
        ("name", Issue.NM06, is_former_name),
        ("name", Issue.NM08, (pl.col("name") != pl.col("registered_name")) & ~is_former_name),
    )
    humans = find_humans(persons).filter(pl.len().over("human_no") > 1).select("person_no")
    first = records.sort("person_no", "record_id", "record_no").unique("person_no", keep="first", maintain_order=True)
    doubled = apply_rules(first.join(humans, on="person_no", how="semi"), (("person_no", Issue.ID07, pl.lit(True)),))
    defects, of_former = find_defects(records, counties), compared.filter(is_former_number).select("row")
    of_number = pl.col("issue").is_in([Issue.DM01.value, Issue.DM02.value])
    in_force = pl.concat([defects.filter(~of_number), defects.filter(of_number).join(of_former, on="row", how="anti")])
    return _issues(records, pl.concat([in_force, apply_rules(compared, rules), doubled]))


def once_for_each_fact(issues: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    """ISSUE, one for each wrong fact of a holder: of records with the same wrong value the earliest one, with
    the newest day on which one of them came (`last_stated`).

    `written` is (delivery_id, record_no, raw_number, raw_name, birth_date, sex) of the records. What is wrong with an
    event is wrong with that record alone.
    """
    record = ["delivery_id", "record_no"]
    values = ["raw_number", "raw_name", "birth_date", "sex"]
    of_person = issues.filter(pl.col("column").is_in(["id_number", "name", "birth_date", "sex"]))
    order = ["agency", "column", "issue", *values, "business_date", *record]
    stated = of_person.join(written.unique(record, keep="any"), on=record, how="left").sort(order)
    fact = ["agency", "column", "issue", *values]
    newest = stated.with_columns(last_stated=pl.col("business_date").max().over(fact))
    first = newest.unique(fact, keep="first", maintain_order=True)
    rest = issues.join(of_person.select(*record, "column", "issue"), on=[*record, "column", "issue"], how="anti")
    return pl.concat([rest, first.select(issues.columns)])


def former_identities(base: pl.DataFrame) -> pl.DataFrame:
    """FORMER_IDENTITY: those of `base_identities` of which the number, the name or both are former ones."""
    is_former = pl.col("is_former_number") | pl.col("is_former_name")
    return base.filter(is_former).select(FORMER_IDENTITY.names)


def without_mixed_up(issues: pl.DataFrame, link: pl.DataFrame, settled: pl.DataFrame, most: float) -> pl.DataFrame:
    """ISSUE without questions about numbers and names of deliveries whose names do not go with their numbers.

    Where more than `most` of the right numbers of a delivery stand beside other names the file is wrong, and no record.
    `settled` is delivery_id, numbers: how many records with a right number the delivery has beside those of `link`.
    """
    is_other = pl.col("match_reason").is_in(OTHER_NAME)
    tied = pl.col("match_tier").is_in([MatchTier.EXACT.value, MatchTier.STRONG.value])
    counted = link.filter(is_other | tied).group_by("delivery_id").agg(others=is_other.sum(), matched=pl.len())
    whole = counted.join(settled, on="delivery_id", how="left").with_columns(
        numbers=pl.col("matched") + pl.col("numbers").fill_null(0)
    )
    astray = whole.filter((pl.col("numbers") >= FEWEST_NUMBERS) & (pl.col("others") > most * pl.col("numbers")))
    of_file = issues.filter(pl.col("column").is_in(["id_number", "name"])).join(astray, on="delivery_id", how="semi")
    return issues.join(of_file, on=list(ISSUE.key), how="anti")


def _with_base(records: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """Adds is_in_base, is_current_in_base, is_former_number_in_base and is_former_name_in_base.

    They are of number and name together.
    """
    known = base.with_columns(is_current_in_base=~pl.col("is_former_number") & ~pl.col("is_former_name")).rename(
        {"is_former_number": "is_former_number_in_base", "is_former_name": "is_former_name_in_base"}
    )
    flags = ("is_in_base", "is_current_in_base", "is_former_number_in_base", "is_former_name_in_base")
    known = known.with_columns(is_in_base=pl.lit(True))
    return records.join(known, on=["body", "name_key"], how="left", maintain_order="left").with_columns(
        pl.col(flags).fill_null(False)
    )


def _found_by_own_channel(own: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """person_no, column, issue: how the registry differs from what our own channel found of the person.

    A name that differs otherwise is one that the registry holds cut: no other is taken (`own_channel`).
    """
    linked = candidates.filter("is_linked").join(own, on="row")
    number, name = pl.col("number_level"), pl.col("name_level")
    by_name = {level.value: issue.value for level, _, issue in _NAME_ISSUES}
    cut = dict.fromkeys((NameLevel.ONE_CHARACTER.value, NameLevel.OTHER.value), Issue.NM05.value)
    of_name = linked.filter(~pl.col("has_lost")).select(
        "person_no", column=pl.lit("name"), issue=name.replace_strict(by_name | cut, default=None)
    )
    other = number.is_in([NumberLevel.NEIGHBOUR.value, NumberLevel.OTHER.value])
    of_number = linked.filter(other).select("person_no", column=pl.lit("id_number"), issue=pl.lit(Issue.ID07.value))
    return pl.concat([of_name.drop_nulls(), of_number])


def _by_number_in_force(records: pl.DataFrame, compared: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    """`records`, of a former number with the birth date and sex in the one in force, which alone they are held against.

    The number in force is that on file; where the base calls that one a former one too, nothing is known.
    """
    day = pl.col("in_force") // SEQUENCES % (COUNTY // SEQUENCES)
    held = compared.select("tied_no", "by_former_number", "is_former_number_in_base", "is_current_in_base").join(
        current.select(tied_no="person_no", in_force="body"), on="tied_no", how="left", maintain_order="left"
    )
    # what the base calls the number in force is held against itself, whatever the registry has on file
    is_former = (held["by_former_number"] | held["is_former_number_in_base"]) & ~held["is_current_in_base"]
    on_file = held.select(
        born=pl.when("by_former_number").then(day.cast(pl.String).str.to_date("%Y%m%d", strict=False)),
        sex=pl.when("by_former_number").then((2 - pl.col("in_force") % 2).cast(pl.String)),
    )
    own = {"derived_birth_date": "born", "derived_sex": "sex"}
    return records.with_columns(
        pl.when(is_former).then(on_file[known]).otherwise(pl.col(name)).alias(name) for name, known in own.items()
    )


def _date_rules() -> tuple[Rule, ...]:
    born = pl.coalesce("derived_birth_date", "birth_date")
    return (
        ("event_date", Issue.DT01, (pl.col("event_date") > pl.col("business_date")).fill_null(False)),
        ("event_date", Issue.DT02, (pl.col("event_date") < born).fill_null(False)),
    )


_RECORD: Final = ("feed", "agency", "record_id", "tied_no")


def _version_rules() -> tuple[Rule, ...]:
    """Versions of one record, sent on its newest day, that say different things: the sender knows which is meant.

    What one key says of two persons is two records. They are asked of records with several versions only: of all they
    took 12 of 30 seconds of a night with 260,000 records.
    """
    is_newest = pl.col("business_date") == pl.col("business_date").max().over(_RECORD)
    is_withdrawn = (is_newest & pl.col("is_revoked")).any().over(_RECORD)
    return tuple(
        (
            column,
            Issue.SQ06,
            is_newest & ~is_withdrawn & (pl.col(column).n_unique().over([*_RECORD, "business_date"]) > 1),
        )
        for column in ("event_date", "end_date", "event_code", "qualifier_code")
    )


def _beside_number(records: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Comparison of each record with the persons of its number, row for row.

    registered_no and registered_name_level: of the persons of the number the one of the closest name, and how close;
    null and empty if there is none. is_near: a person of the name has a number like the record's valid one, which is
    registered to nobody.
    """
    rank = {level.value: place for place, level in enumerate(NameLevel)}
    of_number = candidates.filter(pl.col("number_level").is_in(SAME_NUMBER)).with_columns(
        rank=pl.col("name_level").replace_strict(rank, return_dtype=pl.Int64)
    )
    closest = (
        of_number.sort("row", "rank", "person_no")
        .unique("row", keep="first")
        .select("row", registered_no="person_no", registered_name_level="name_level")
    )
    near = (pl.col("number_level") == NumberLevel.NEIGHBOUR.value) & pl.col("name_level").is_in(SAME_NAME)
    neighbours = candidates.filter(near).select("row", is_near=pl.lit(True)).unique()
    rows = records.select("row").join(closest, on="row", how="left", maintain_order="left")
    beside = rows.join(neighbours, on="row", how="left", maintain_order="left").drop("row")
    return beside.with_columns(pl.col("registered_name_level").fill_null(""), pl.col("is_near").fill_null(False))


def _match_rules() -> tuple[Rule, ...]:
    """A name with a lost character (NM02) or of a relative (NM09) is not reported as another name as well."""
    whole = ~pl.col("has_lost") & ~pl.col("is_relative")
    probable = pl.col("match_tier") == MatchTier.PROBABLE.value
    return (
        *(
            (column, issue, (pl.col("registered_name_level") == level.value) & whole)
            for level, column, issue in _NAME_ISSUES
        ),
        ("id_number", Issue.ID07, probable & pl.col("is_near") & pl.col("body").is_not_null()),
        # the registry, where it is stale itself, calls new what is former
        ("id_number", Issue.ID08, _former("number")),
        ("name", Issue.NM06, _former("name")),
    )


def _former(value: str) -> pl.Expr:
    """Whether the record's number or name is a former one: by the base, which goes before the registry."""
    return pl.when("is_in_base").then(f"is_former_{value}_in_base").otherwise(f"by_former_{value}")


def _borne_out(compared: pl.DataFrame) -> pl.DataFrame:
    """row, issue: what is no fault, since the person was found by it: another document's number, a name that an
    application of ours masks.
    """
    by_document = pl.col("document").is_not_null() & (pl.col("match_tier") == MatchTier.EXACT.value)
    return pl.concat(
        [
            compared.filter(by_document).select("row", issue=pl.lit(Issue.ID01.value)),
            compared.filter(pl.col("is_own") & pl.col("name").str.contains(MASK, literal=True)).select(
                "row", issue=pl.lit(Issue.NM02.value)
            ),
        ]
    )


def _without_own_spelling(defects: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """A traditional character that the registry writes too is the person's own spelling, and no mistake."""
    tied = pl.col("match_state") == MatchState.MATCHED.value
    is_respelled = pl.col("match_reason").str.contains(MatchConversion.NAME_VARIANT.value, literal=True)
    own = answers.filter(tied & ~is_respelled).select("row", issue=pl.lit(Issue.NM03.value))
    return defects.join(own, on=["row", "issue"], how="anti")


def _without_implied(defects: pl.DataFrame, of_match: pl.DataFrame) -> pl.DataFrame:
    """For a wrong number, suppress the implied birth-date and sex issues."""
    wrong = of_match.filter(pl.col("issue").is_in(_WRONG_NUMBER)).select("row")
    is_implied = pl.col("issue").is_in([Issue.DM01.value, Issue.DM02.value])
    return pl.concat([defects.filter(~is_implied), defects.filter(is_implied).join(wrong, on="row", how="anti")])


def _issues(records: pl.DataFrame, found: pl.DataFrame, *more: str) -> pl.DataFrame:
    """ISSUE of each row, column and issue found, with more columns of `found`."""
    checked = pl.col("issue").is_in([issue.value for issue in _CHECKED])
    kind = pl.when(checked).then(pl.lit(IssueKind.CHECK.value)).otherwise(pl.lit(IssueKind.CORRECT.value))
    dated = found.join(records, on="row").with_columns(kind=kind, last_stated=pl.col("business_date"))
    return dated.select(*ISSUE.names, *more)
