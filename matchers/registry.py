"""Index of insured persons by identity variant.

An identity variant is one combination of number, name and birth date under which a person may stand in a record: the
one on file now, or one with a former number, a former name or the birth date inside the number.
At 33 million persons the current variants take 25 bytes each: a number is its 17 digits as an integer, a name its place
in a dictionary. What is looked up is a small frame; the registry is filtered down to it and never hashed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from matchers.dates import is_generation_apart
from matchers.documents import document_key, fitting_keys, is_other_document
from matchers.frequencies import Frequencies, count_frequencies
from matchers.names import name_key
from matchers.numbers import SHAPE, read_numbers
from matchers.sounds import sound_keys

_SLICE: Final = 4_000_000
_VARIANT: Final = ["person_no", "body", "name_id", "born", "sex"]
_CURRENT: Final = {"is_former_number": pl.lit(False), "is_former_name": pl.lit(False)}


@dataclass(frozen=True, slots=True)
class Registry:
    """Every insured person, indexed for matching.

    `current`: person_no, body (17 digits, or the key of another document; null unless valid), name_id (place in
    `names`), born, sex (1, 2 or null); one row per person. `other`: the same with is_former_number and is_former_name;
    every other variant of a person.
    `names`: name_key, name_id; ordered by name_id. `spellings`: person_no, name_id, name, raw_name, only where either
    differs from the key. `sounds`: sound, name_id. `residences`: person_no, county.
    """

    current: pl.DataFrame
    other: pl.DataFrame
    names: pl.DataFrame
    spellings: pl.DataFrame
    sounds: pl.DataFrame
    residences: pl.DataFrame
    frequencies: Frequencies


def index_registry(persons: pl.DataFrame, aliases: pl.DataFrame, residences: pl.DataFrame) -> Registry:
    """Index of persons (person_no, id_number, id_type, name, raw_name, sex, birth_date; unique by person_no), their
    aliases (person_no, kind, value) and their residences (person_no, county_code, several per person).

    A number or name that is both current and former counts as current. An invalid number is not indexed. A birth date
    inside the number that differs from the one on file makes a variant, unless it is a generation away: then the
    number may be a parent's or a child's, and the date on file counts alone.
    """
    former = aliases.filter(pl.col("kind") == "name").select("person_no", name="value", raw_name="value")
    persons = persons if "id_type" in persons.columns else persons.with_columns(id_type=pl.lit(""))
    present = persons.select("person_no", name="name", raw_name=pl.col("raw_name").fill_null(pl.col("name")))
    names = _dictionary(present, former)
    documents = _documents(persons)
    keys = documents.select("person_no", document=document_key(documents["number"], documents["id_type"]))
    read = (
        _read(persons)
        .join(keys, on="person_no", how="left", maintain_order="left")
        .with_columns(pl.coalesce("body", "document"))
        .drop("document")
    )
    current = _with_name_id(read.hstack(present.select("name")), names).select(_VARIANT)
    former_id = aliases.filter(pl.col("kind") == "id_number")
    bodies = pl.DataFrame({"person_no": former_id["person_no"], "body": read_numbers(former_id["value"])["body"]})
    derived, born = pl.col("derived"), pl.col("born")
    births = read.filter((derived != born) & ~is_generation_apart(derived, born)).select("person_no", born="derived")
    other = _other_variants(
        current,
        numbers=_former_only(bodies.drop_nulls().unique(), current, "body"),
        documents=fitting_keys(documents),
        names=_former_only(_with_name_id(former, names).select("person_no", "name_id").unique(), current, "name_id"),
        births=births,
    )
    # a county code that is not a number says nothing
    county = pl.col("county_code").cast(pl.Int32, strict=False)
    lived = residences.select(pl.col("person_no").cast(pl.Int64), county=county).drop_nulls().unique()
    return Registry(
        current=current,
        other=other,
        names=names,
        spellings=_spellings(present, former, current, names),
        sounds=sound_keys(names, "name_id"),
        residences=lived,
        frequencies=count_frequencies(current, names, lived),
    )


def find_variants(registry: Registry, key: Mapping[str, pl.Expr], wanted: pl.DataFrame) -> pl.DataFrame:
    """`wanted` joined with every identity variant of the same `key` (column of `wanted` → expression over a variant).

    Adds person_no, body, name_id, born, sex, is_former_number and is_former_name.
    """
    values = wanted.lazy().select(*key).unique()
    columns = dict.fromkeys((*key, *_VARIANT, *_CURRENT))
    found = [
        part.lazy().with_columns(**key).join(values, on=list(key), how="semi").with_columns(**flags).select(*columns)
        for part, flags in ((registry.current, _CURRENT), (registry.other, {}))
    ]
    variants = pl.concat(pl.collect_all(found, engine="streaming"))
    return wanted.join(variants, on=list(key))


def with_registered_names(variants: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """`variants` (person_no, name_id), in their order, with the name as on file: registered_key, registered_name,
    registered_raw_name.
    """
    of_these = registry.spellings.join(variants.select("person_no").unique(), on="person_no", how="semi")
    spelled = of_these.rename({"name": "registered_name", "raw_name": "registered_raw_name"})
    return (
        variants.with_columns(registered_key=registry.names["name_key"].gather(variants["name_id"]))
        .join(spelled, on=["person_no", "name_id"], how="left", maintain_order="left")
        .with_columns(pl.col("registered_name", "registered_raw_name").fill_null(pl.col("registered_key")))
    )


def is_same_spelling() -> pl.Expr:
    """Whether the record writes the name as the registry wrote it or stores it (`with_registered_names`, raw_name)."""
    raw_name = pl.col("raw_name")
    return (raw_name == pl.col("registered_raw_name")) | (raw_name == pl.col("registered_name"))


def _documents(persons: pl.DataFrame) -> pl.DataFrame:
    """person_no, number, id_type: persons insured under another document than an identity card."""
    is_other = is_other_document(pl.col("id_number"), pl.col("id_type")) & ~pl.col("id_number").str.contains(SHAPE)
    return persons.filter(is_other).select(pl.col("person_no").cast(pl.Int64), "id_type", number="id_number")


def _read(persons: pl.DataFrame) -> pl.DataFrame:
    """person_no, body, derived (birth date in the number), born, sex; in slices, since reading numbers is wide."""
    parts = []
    for part in persons.iter_slices(_SLICE) if persons.height else [persons]:
        read = part.select("person_no", "sex", "birth_date").hstack(read_numbers(part["id_number"]))
        sex = pl.when(pl.col("sex").is_in(["1", "2"])).then("sex").otherwise("derived_sex")
        parts.append(
            read.select(
                "body",
                pl.col("person_no").cast(pl.Int64),
                derived=pl.col("derived_birth_date"),
                born=pl.coalesce("birth_date", "derived_birth_date"),
                sex=sex.cast(pl.Int8),
            )
        )
    return pl.concat(parts)


def _dictionary(present: pl.DataFrame, former: pl.DataFrame) -> pl.DataFrame:
    """name_key, name_id: every current or former name, in the order of its characters."""
    keys = [part.lazy().select(name_key(pl.col("name"))).unique() for part in (present, former)]
    together = pl.concat(pl.collect_all(keys, engine="streaming")).unique()
    ordered = together.rename({"name": "name_key"}).sort("name_key")
    return ordered.with_row_index("name_id").select("name_key", "name_id")


def _with_name_id(named: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    keyed = named.lazy().with_columns(name_key=name_key(pl.col("name")))
    return keyed.join(names.lazy(), on="name_key").drop("name_key").collect(engine="streaming")


def _former_only(former: pl.DataFrame, current: pl.DataFrame, what: str) -> pl.DataFrame:
    """Rows of `former` about persons of the registry whose current `what` is another."""
    present = current.join(former, on="person_no", how="semi").select("person_no", what)
    return former.join(present, on="person_no", how="semi").join(present, on=["person_no", what], how="anti")


def _other_variants(
    current: pl.DataFrame,
    *,
    documents: pl.DataFrame,
    numbers: pl.DataFrame,
    names: pl.DataFrame,
    births: pl.DataFrame,
) -> pl.DataFrame:
    """Every combination of a person's numbers, names and birth dates but the current one."""
    affected = pl.concat([part.select("person_no") for part in (documents, numbers, names, births)]).unique()
    variants = current.join(affected, on="person_no", how="semi")
    for flag, what, others in (
        ("is_fitting_document", "body", documents),
        ("is_former_number", "body", numbers),
        ("is_former_name", "name_id", names),
        ("is_other_birth", "born", births),
    ):
        rest = variants.drop(what).join(others, on="person_no").with_columns(pl.lit(True).alias(flag))
        variants = pl.concat([variants.with_columns(pl.lit(False).alias(flag)), rest], how="diagonal")
    is_other = pl.any_horizontal("is_fitting_document", "is_former_number", "is_former_name", "is_other_birth")
    return variants.filter(is_other).select(*_VARIANT, *_CURRENT).unique(maintain_order=True)


def _spellings(present: pl.DataFrame, former: pl.DataFrame, current: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """One spelling per person and name_id: the current one before a former one, then by the order of characters."""
    key = name_key(pl.col("name"))
    written, formerly = (
        _with_name_id(part.filter((key != pl.col("name")) | (key != pl.col("raw_name"))), names).with_columns(
            is_former=pl.lit(is_former)
        )
        for part, is_former in ((present, False), (former, True))
    )
    # a former name of the same key as the current one must not replace the current spelling, not even a plain one,
    # which has no row here
    own = current.join(formerly, on="person_no", how="semi").select("person_no", "name_id")
    kept = pl.concat([written, formerly.join(own, on=["person_no", "name_id"], how="anti")])
    ordered = kept.sort("person_no", "name_id", "is_former", "name", "raw_name")
    return ordered.unique(["person_no", "name_id"], keep="first").select("person_no", "name_id", "name", "raw_name")
