"""The passes against an obvious matcher, on registries built to collide: twins, namesakes, shared numbers, damage."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.passes import Matches, index_registry, match_records
from matchers.records import read_records
from tests.examples import costly
from tests.reference import linkage as slow
from tests.reference.matching import Person, Record, check_character, name, number

LEVELS = ("number_level", "name_level", "date_level", "sex_level", "county_level")
TEXTS = {"id_number": pl.String, "name": pl.String}
ANSWER = (
    "person_no", "match_state", "match_pass", "match_tier", "match_reason", "by_former_number", "by_former_name",
    "considered", "rivals",
)  # fmt: skip
World = tuple[list[Person], list[Record], float]


def whole(body: str) -> str:
    return body + check_character(body)


DAYS = [date(1940, 2, 15), date(1940, 2, 5), date(1940, 5, 2), date(1941, 2, 5), date(1951, 3, 15)]
STATED = [*DAYS, date(1900, 1, 1), date(1970, 2, 6)]
SEQUENCES = (1, 2, 3, 10, 998, 999)
NUMBERS = [whole(f"622822{day:%Y%m%d}{sequence:03d}") for day in DAYS for sequence in SEQUENCES]
UNUSABLE = ["622822194002300013", whole("62282219400230001"), "***", ""]
NAMES = [
    "张伟", "张玮", "張偉", "章炜", "伟张", "张强", "李清", "李晴", "李?", "王□明", "王小明", "王明小", "单雄",
    "仇小单", "买买提·吐尔逊", "买买提・吐尔逊", "买买提吐尔逊", "吐尔逊·买买提", "买买提",
    "阿卜杜热西提", "阿卜杜热", "阿卜杜热之子", "张伟家属", "家属张伟", "买买提、吐尔逊", "张\ue863", "赵䶮", "",
]  # fmt: skip
COUNTIES = ["622822", "621022", ""]
SEXES = st.sampled_from(["1", "2", "0", None])


def stranger(place: int) -> Person:
    body = f"622801{date(1930, 1, 1) + timedelta(days=37 * place):%Y%m%d}{7 * place % 997:03d}"
    written_name = f"钱{chr(0x5000 + place)}"
    return Person(1000 + place, whole(body), written_name, written_name, "12"[place % 2], counties=("622801",))


STRANGERS = [stranger(place) for place in range(250)]


@st.composite
def damaged(draw: st.DrawFn, written: str) -> str | None:
    """The number as somebody might send it: written otherwise, with an error, with an error that passes the check."""
    place, digit = draw(st.integers(0, 16)), draw(st.sampled_from("0123456789X"))
    replaced = written[:place] + digit + written[place + 1 :]
    turned = written[:place] + written[place + 1 : place + 2] + written[place : place + 1] + written[place + 2 :]
    rechecked = [whole(body[:17]) for body in (replaced, turned) if body[:17].isdigit() and len(body) == 18]
    forms = [written, written, written.lower(), f" {written[:6]} {written[6:]}", written[:6] + written[8:17], replaced]
    return draw(st.sampled_from([*forms, turned, *rechecked, written[:-1], "", None]))


@st.composite
def persons(draw: st.DrawFn, person_no: int) -> Person:
    raw = draw(st.sampled_from(NAMES))
    return Person(
        person_no,
        number(draw(st.sampled_from(NUMBERS + UNUSABLE))),
        name(raw),
        raw,
        draw(SEXES),
        draw(st.sampled_from([None, None, *DAYS])),
        tuple(draw(st.lists(st.sampled_from(NUMBERS), max_size=1))),
        tuple(name(former) for former in draw(st.lists(st.sampled_from(NAMES[:-1]), max_size=2))),
        tuple(sorted(draw(st.sets(st.sampled_from(COUNTIES[:2]), max_size=2)))),
    )


@st.composite
def records(draw: st.DrawFn, known: list[Person]) -> Record:
    """Of a person, with errors in any field, or of nobody."""
    person = draw(st.sampled_from([*known, Person(0, draw(st.sampled_from(NUMBERS)), "张伟", "张伟")]))
    written = draw(damaged(person.id_number))
    written_name = draw(st.sampled_from([person.raw_name, person.raw_name, *NAMES]))
    swap = draw(st.integers(0, 9)) == 0
    return Record(
        written_name if swap else written,
        written if swap else written_name,
        draw(st.sampled_from([None, person.birth_date, *STATED])),
        draw(SEXES),
        draw(st.sampled_from([*person.counties, *COUNTIES])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    known = [draw(persons(person_no)) for person_no in range(1, draw(st.integers(0, 6)) + 1)]
    sent = [draw(records(known)) for _ in range(draw(st.integers(1, 6)))]
    strangers = STRANGERS if draw(st.booleans()) else STRANGERS[:1]
    return known + strangers, sent, draw(st.sampled_from([0.05, 0.5, 0.95]))


def fast(world: World) -> Matches:
    known, sent, prior = world
    read = read_records(pl.DataFrame({"id_number": [r.id_number for r in sent], "name": [r.name for r in sent]}, TEXTS))
    stated = pl.DataFrame(
        [(r.birth_date, r.sex, r.county_code) for r in sent],
        {"birth_date": pl.Date, "sex": pl.String, "county_code": pl.String},
        orient="row",
    )
    return match_records(read.hstack(stated).with_row_index("row"), indexed(known), prior=prior)


def indexed(known: list[Person]):
    table = pl.DataFrame(
        [(p.person_no, p.id_number, p.name, p.raw_name, p.sex, p.birth_date) for p in known],
        {"person_no": pl.Int64, **TEXTS, "raw_name": pl.String, "sex": pl.String, "birth_date": pl.Date},
        orient="row",
    )
    aliases = [(p.person_no, "id_number", value) for p in known for value in p.former_numbers]
    aliases += [(p.person_no, "name", value) for p in known for value in p.former_names]
    lived = [(p.person_no, county) for p in known for county in p.counties]
    return index_registry(
        table,
        pl.DataFrame(aliases, {"person_no": pl.Int64, "kind": pl.String, "value": pl.String}, orient="row"),
        pl.DataFrame(lived, {"person_no": pl.Int64, "county_code": pl.String}, orient="row"),
    )


@given(worlds())
def test_fast_and_obvious_matcher_agree(world: World) -> None:
    known, sent, prior = world
    matches = fast(world)
    slowly = [slow.match(record, known, prior=prior) for record in sent]
    assert [slow.Answer(*row) for row in matches.results.drop("row").select(ANSWER).iter_rows()] == [
        a for a, _ in slowly
    ]
    listed = matches.candidates.sort("row", "place")
    assert listed.select("row", "person_no", "match_pass", *LEVELS, "is_linked").rows() == [
        (row, p.person.person_no, p.found, p.number, p.name, p.date, p.sex, p.county, p.is_linked)
        for row, (_, pairs) in enumerate(slowly)
        for p in pairs
    ]
    weights = [(p.weight, p.posterior) for _, pairs in slowly for p in pairs]
    assert listed.select("weight", "posterior").rows() == [
        (pytest.approx(weight, abs=2e-3), pytest.approx(posterior, abs=1e-4)) for weight, posterior in weights
    ]


@costly
@given(worlds(), st.randoms(use_true_random=False))
def test_order_of_records_and_persons_changes_nothing(world: World, random: Random) -> None:
    known, sent, prior = world
    order = random.sample(range(len(sent)), len(sent))
    whole, moved = fast(world), fast((random.sample(known, len(known)), [sent[place] for place in order], prior))
    back = pl.DataFrame({"row": range(len(sent)), "was": order}, {"row": pl.UInt32, "was": pl.UInt32})
    for one, other, key in (
        (whole.results, moved.results, ["row"]),
        (whole.candidates, moved.candidates, ["row", "place"]),
    ):
        placed = other.join(back, on="row").with_columns(row="was").drop("was").sort(key)
        assert placed.equals(one.sort(key))


@costly
@given(worlds())
def test_a_record_is_judged_alone_as_among_others(world: World) -> None:
    """So neither the size of a chunk nor the number of threads can matter."""
    known, sent, prior = world
    alone = [fast((known, [record], prior)) for record in sent]
    together = fast(world)
    assert pl.concat([m.results.drop("row") for m in alone]).equals(together.results.drop("row"))
    assert pl.concat([m.candidates.drop("row") for m in alone]).equals(together.candidates.drop("row"))


@costly
@given(worlds())
def test_nobody_is_chosen_among_doubles(world: World) -> None:
    """Everybody twice, same number and name: only a number of another time can still tell them apart."""
    known, sent, prior = world
    twice = known + [replace(person, person_no=person.person_no + 5000, former_numbers=()) for person in known]
    tied = fast((twice, sent, prior)).results.filter(pl.col("person_no").is_not_null())
    assert all("FORMER_ID" in reason or "ID_REPAIRED" in reason for reason in tied["match_reason"])


def test_threads_change_nothing() -> None:
    """The engine fixes its threads when it starts, so each number of them needs a process of its own."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", "from tests.property.test_matching import of_strangers; print(of_strangers())"],
            env={"POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": threads, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "5")
    }
    assert len(digests) == 1


def of_strangers() -> str:
    """Digest of all answers about damaged records of the strangers."""
    damage = (slice(0, 17), slice(0, 0), slice(0, 18))
    sent = [
        Record(
            p.id_number[damage[p.person_no % 3]] + "0" * (p.person_no % 3 == 0), p.name, DAYS[p.person_no % 5], p.sex
        )
        for p in STRANGERS
    ]
    matches = fast((STRANGERS, sent, 0.5))
    return sha256((matches.results.write_csv() + matches.candidates.write_csv()).encode()).hexdigest()
