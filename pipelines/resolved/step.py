"""Match every record to an insured person, or leave it open.

Cost at 33 million persons: the registry is normalised once; per feed the index of numbers is scanned, cut down to the
numbers in question and only then joined. Names and numbers end here: what is written holds `person_no`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import ibis.expr.types as ir
import polars as pl
import pyarrow as pa

from matchers.passes import Registry
from pipelines.resolved.answers import answers_in_force, find_answers
from pipelines.resolved.feeds import Feeds, as_frame
from pipelines.resolved.identity import (
    find_entitlements,
    find_humans,
    find_persons,
    index_persons,
    learned_aliases,
    of_humans,
    registry_aliases,
    states_former,
)
from pipelines.resolved.issues import (
    Known,
    Questions,
    ask_base_or_registry,
    ask_registry,
    base_identities,
    find_issues,
    find_registry_issues,
    find_reused_keys,
    former_identities,
    once_for_each_fact,
    without_mixed_up,
)
from pipelines.resolved.links import Basis, record_key, shape_records, tie_records
from pipelines.resolved.payments import newest_payments, sum_payments
from pipelines.resolved.replies import find_replies
from pipelines.resolved.standing import Knowledge, Standing, find_news, knowledge_of
from pipelines.resolved.verdicts import Lines, find_verdicts, words_for_meetings
from pipelines.resolved.versions import without_withdrawn
from pipelines.step import VALIDATED, Context, Derived, Inputs, Step
from pipelines.whose_line import is_another
from schemas.codes import OWN_AGENCY, StepName
from schemas.contract import Contract
from schemas.table import Table
from schemas.tables import (
    ALIAS,
    CANDIDATE,
    DELIVERY,
    DELIVERY_COUNTY,
    ENTITLEMENT,
    FORMAT_ISSUE,
    FORMER_IDENTITY,
    ISSUE,
    LEAD_ENTRY,
    LINK,
    LISTED,
    MATCH_ANSWER,
    OBJECTION,
    PAYMENT,
    PERSON,
    TICKET_ENTRY,
    TICKET_REPLY,
    UNUSED_ANSWER,
    VERDICT,
)

TABLES: Final = Path(str(files("matchers"))) / "tables"
LINKED_ROLES = ("population", "evidence")
# records matched in one call, unless a single feed has more: about 1 GB in memory
GATHERED_ROWS: Final = 500_000
_FORMER = ("former_id_number", "former_name")
OBJECTION_KIND: Final = "OBJECTION"


def derive(tables: Inputs, context: Context) -> Derived:
    """Persons insured, records matched to them or left open, payments, verdicts and answers of offices."""
    feeds = Feeds(tables, context)
    registry_contract = next(feeds.contracts("registry"))
    registry_rows = shape_records(feeds.rows(registry_contract), registry_contract)
    persons = find_persons(registry_rows)
    # the first stands for all on a night without any: shaping no rows costs as much as shaping a few
    known_feeds = tuple(feeds.contracts(*LINKED_ROLES))
    is_full = not context.stands()
    linked = tuple(c for c in known_feeds if (feeds.stored(c) is not None if is_full else feeds.parts(c)))
    linked = linked or known_feeds[:1]
    teaching = {c.feed: feeds.rows(c) for c in linked if {column.name for column in c.columns} & set(_FORMER)}
    # a record that its sender has withdrawn teaches nothing
    taught = {feed: _not_withdrawn(rows, context.contracts[feed].record_key) for feed, rows in teaching.items()}
    aliases, registry = _known_by(registry_rows, persons, taught.values())

    entitlements = find_entitlements(registry_rows, persons)
    verdict_feeds = [(contract, feeds.rows(contract)) for contract in feeds.contracts("verdict")]
    lines = _lines(tables, context, entitlements, persons=persons, aliases=aliases)
    meetings = words_for_meetings(context.code_tables)
    judged = [
        find_verdicts(rows, contract, lines=lines, register=context.officers, meetings=meetings, digest=context.digest)
        for contract, rows in verdict_feeds
    ]
    verdicts, unused = [one for one, _ in judged], pl.concat([faults for _, faults in judged])
    answers = [
        find_answers(rows.join(unused, on=["delivery_id", "record_no"], how="anti"), contract, digest=context.digest)
        for contract, rows in verdict_feeds
    ]

    replied = [find_replies(*one, _holders(tables, context, one[0])) for one in feeds.replies()]
    humans = find_humans(persons)
    given = answers_in_force(answers, humans, context.as_of)
    basis = Basis(registry, context.policy, given, context.digest, _model_digest(), humans)
    counties = frozenset(context.code_tables.canonical("county"))
    # the registry's own rows count where they say what was before: they know of a change
    own = registry_rows.drop("name").rename({"raw_number": "id_number", "raw_name": "name"})
    stating = [("registry", own), *((context.contracts[feed].role, rows) for feed, rows in taught.items())]
    base = base_identities(_identities_of_base(stating))
    formers = former_identities(base)
    standing = None
    if not is_full:
        news = find_news(knowledge_of(tables, context), Knowledge(persons, aliases, formers), registry)
        standing = Standing(tables, context, feeds, news=news, given=given)
    shaped = (
        _shaped(_as_registered(_unmatched(teaching, feeds, standing, contract), persons), contract, basis)
        for contract in linked
    )
    holders = frozenset(contract.agency for contract in known_feeds if contract.role == "population")
    known = Known(counties, base, registry.current.select("person_no", "body"), holders)
    tied = [_match(records, basis, known) for records in _gathered(shaped)]
    of_registry = find_registry_issues(registry_rows, persons, counties, base)
    most = context.policy.run_health.max_other_name_share
    numbers = _settled_numbers(standing, tied)
    differing = pl.concat([without_mixed_up(one.questions.of_base, one.link, numbers, most) for one in tied])
    confirmed = [one.questions.confirmed for one in tied]
    if standing:
        confirmed.append(standing.confirmed(differing.select("person_no").unique(), {*holders, OWN_AGENCY}))
    of_base, against = ask_base_or_registry(differing, [one.questions.of_registry for one in tied], confirmed)
    questions = pl.concat([*(one.questions.of_registry for one in tied), against])
    more = ask_registry(questions, registry_rows, of_registry)
    in_order = [without_mixed_up(one.issues, one.link, numbers, most) for one in tied]
    of_records = once_for_each_fact(pl.concat([*in_order, of_base]), pl.concat([one.written for one in tied]))
    issues = [of_registry, more, of_records]
    return Derived(
        {
            PERSON: _arrow(PERSON, [persons]),
            ALIAS: _arrow(ALIAS, [aliases]),
            ENTITLEMENT: _arrow(ENTITLEMENT, [entitlements]),
            VERDICT: _arrow(VERDICT, verdicts),
            MATCH_ANSWER: _arrow(MATCH_ANSWER, answers),
            UNUSED_ANSWER: _arrow(UNUSED_ANSWER, [unused, *(faults for _, faults in replied)]),
            TICKET_REPLY: _arrow(TICKET_REPLY, [own for own, _ in replied]),
            OBJECTION: _objections(feeds),
            FORMER_IDENTITY: _arrow(FORMER_IDENTITY, [formers]),
            LINK: _links(standing, context, [one.link for one in tied]),
            CANDIDATE: _arrow(CANDIDATE, [one.candidates for one in tied]),
            ISSUE: _arrow(ISSUE, [*issues, feeds.seen_on_reading()]),
            PAYMENT: _payments(feeds),
        }
    )


RESOLVED = Step(
    StepName.RESOLVED,
    reads=(
        VALIDATED, DELIVERY, DELIVERY_COUNTY, FORMAT_ISSUE, LISTED, LEAD_ENTRY, TICKET_ENTRY, PERSON, ALIAS,
        FORMER_IDENTITY, LINK,
    ),
    writes=(
        PERSON, ALIAS, FORMER_IDENTITY, ENTITLEMENT, VERDICT, MATCH_ANSWER, UNUSED_ANSWER, TICKET_REPLY, OBJECTION,
        LINK, CANDIDATE, ISSUE, PAYMENT,
    ),
    derive=derive,
)  # fmt: skip


def _lines(
    tables: Inputs, context: Context, entitlements: pl.DataFrame, *, persons: pl.DataFrame, aliases: pl.DataFrame
) -> Lines:
    """Lines of every list sent so far, and the claims of the book by their own numbers; none of persons whose number is
    another human's today.
    """
    book, claims = tables[LISTED], tables[LEAD_ENTRY]
    first = context.engine.arrow(book.agg(run_no=book.run_no.min()))["run_no"][0].as_py()
    kept = ("line_id", "person_no", "county_codes", "number_digest", "name_digest")
    lines = context.engine.arrow(book.select(*kept).distinct()).to_pylist()
    others = _of_others(lines, persons, aliases, context)
    listed = book.select("line_id", "person_no")
    nights = context.engine.arrow(book.group_by("line_id").agg(as_of=book.as_of.min())).to_pylist()
    claims = claims.select("person_no", line_id="lead_id").select("line_id", "person_no")
    known = as_frame(context.engine.arrow(listed.union(claims).distinct()))
    counties = entitlements.group_by("person_no").agg(pl.col("county_code").unique())
    return Lines(
        {line: person for line, person in known.select("line_id", "person_no").iter_rows() if line not in others},
        {person_no: frozenset(codes) for person_no, codes in counties.iter_rows()},
        first_run=first or context.run_no,
        listed_on={row["line_id"]: row["as_of"] for row in nights},
        sent_to=_sent_to(lines),
    )


def _sent_to(lines: list[dict[str, Any]]) -> dict[str, frozenset[str]]:
    """Counties that paid the person of each line in the nights that listed its claims."""
    found: dict[str, frozenset[str]] = {}
    for row in lines:
        found[row["line_id"]] = found.get(row["line_id"], frozenset()) | (set(row["county_codes"].split(",")) - {""})
    return found


def _of_others(lines: list[dict[str, Any]], persons: pl.DataFrame, aliases: pl.DataFrame, context: Context) -> set[str]:
    """Lines about a person whose number now is another human's."""
    asked_about = {row["person_no"] for row in lines if row["number_digest"] and row["name_digest"]}
    has_line = pl.col("person_no").is_in(sorted(asked_about))
    now = persons.filter(has_line).select("person_no", "id_number", "name")
    stated = now.unpivot(["id_number", "name"], index="person_no", variable_name="kind")
    values: dict[tuple[int, str], list[str]] = {}
    for known in (stated, aliases.filter(has_line)):
        for person_no, kind, value in known.select("person_no", "kind", "value").iter_rows():
            values.setdefault((person_no, kind), []).append(value)
    registered = {person_no for person_no, _ in values}
    return {
        row["line_id"]
        for row in lines
        if row["person_no"] in registered
        and is_another(
            (row["number_digest"], row["name_digest"]),
            values.get((row["person_no"], "id_number"), ()),
            values.get((row["person_no"], "name"), ()),
            context.digest,
        )
    }


def _holders(tables: Inputs, context: Context, replies: pl.DataFrame) -> dict[str, str]:
    """The agency that each of the tickets named in the replies was sent to."""
    numbers = replies.select(pl.col("ticket_id").str.strip_chars()).unique().to_arrow()
    book = tables[TICKET_ENTRY].select("ticket_id", "agency").distinct()
    named = as_frame(context.engine.arrow(book.semi_join(context.engine.table(numbers), "ticket_id")))
    return dict(named.select("ticket_id", "agency").iter_rows())


def _objections(feeds: Feeds) -> pa.Table:
    """OBJECTION: requests of that kind by a person whose number is known, of each its newest version."""
    contract = feeds.context.contracts["service_request"]
    requests = feeds.rows(contract).with_columns(
        record_key(contract), feed=pl.lit(contract.feed), agency=pl.lit(contract.agency)
    )
    objections = requests.filter(pl.col("request_kind") == OBJECTION_KIND, pl.col("person_no").is_not_null())
    return _arrow(OBJECTION, [objections])


def _known_by(
    registry_rows: pl.DataFrame, persons: pl.DataFrame, teaching: Iterable[pl.DataFrame]
) -> tuple[pl.DataFrame, Registry]:
    """ALIAS, and the index of insured humans.

    Records that state a former number or name teach it, as far as the registry alone tells whose they are.
    """
    own = registry_aliases(registry_rows, persons)
    by_registry = index_persons(persons, own)
    learned = [learned_aliases(_with_former(rows), by_registry, persons) for rows in teaching]
    aliases = pl.concat([own, *learned]).unique().sort(*ALIAS.key)
    return aliases, index_persons(persons, aliases)


def _unmatched(
    teaching: dict[str, pl.DataFrame], feeds: Feeds, standing: Standing | None, contract: Contract
) -> pl.DataFrame:
    """Rows of the feed to match: all of them, but for those whose link stands."""
    if standing:
        return standing.rows(contract)
    return teaching.pop(contract.feed) if contract.feed in teaching else feeds.rows(contract)


def _settled_numbers(standing: Standing | None, tied: Sequence["_Matched"]) -> pl.DataFrame:
    """delivery_id, numbers of `Standing.numbers`, for the deliveries about which something is asked."""
    deliveries = [rows["delivery_id"] for one in tied for rows in (one.issues, one.questions.of_base)]
    if standing:
        return standing.numbers(pl.concat(deliveries).unique())
    return pl.DataFrame(schema={"delivery_id": pl.String, "numbers": pl.Int64})


def _links(standing: Standing | None, context: Context, matched: list[pl.DataFrame]) -> ir.Table | pa.Table:
    links = _arrow(LINK, matched)
    return standing.link.union(context.engine.table(links)) if standing else links


def _as_registered(rows: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Rows with name and number as the registry has them where they state a person number and nothing else: a line of a
    list of ours that came back, whose other columns are not read.
    """
    if not {"person_no", "name", "id_number"} <= set(rows.columns):
        return rows
    is_bare = (pl.col("name") == "") & pl.col("id_number").fill_null("").eq("") & pl.col("person_no").is_not_null()
    if not rows.filter(is_bare).height:
        return rows
    known = persons.select("person_no", on_file="raw_name", number_on_file="id_number")
    return (
        rows.join(known, on="person_no", how="left", maintain_order="left")
        .with_columns(
            name=pl.when(is_bare).then(pl.col("on_file").fill_null("")).otherwise("name"),
            id_number=pl.when(is_bare).then("number_on_file").otherwise("id_number"),
        )
        .drop("on_file", "number_on_file")
    )


def _not_withdrawn(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    if "is_revoked" not in rows.columns:
        return rows
    return without_withdrawn(rows.with_columns(pl.col("is_revoked").fill_null(False)), list(key))


def _with_former(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the columns of former numbers and names, empty where a feed states none."""
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in _FORMER if name not in rows.columns]
    return rows.with_columns(absent)


def _shaped(rows: pl.DataFrame, contract: Contract, basis: Basis) -> pl.DataFrame:
    """Shaped records of one feed with their prior."""
    prior = basis.policy.linkage.prior(contract.feed)
    shaped = of_humans(shape_records(rows, contract), basis.humans, "stated_no")
    holders = {
        loss.event_code: loss.holder for loss in basis.policy.losses if loss.holder and loss.feed == contract.feed
    }
    holder = pl.col("event_code").replace_strict(holders, default=pl.col("agency"), return_dtype=pl.String)
    return shaped.with_columns(prior=pl.lit(prior), agency=holder)


def _gathered(feeds: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Shaped records of several feeds together, up to `GATHERED_ROWS`: the matcher costs as much for few as for many.

    Only the columns that every feed has are kept; no other is part of a link or an issue.
    """
    waiting: list[pl.DataFrame] = []
    for records in feeds:
        if waiting and sum(frame.height for frame in [*waiting, records]) > GATHERED_ROWS:
            yield _together(waiting)
            waiting = []
        waiting.append(records)
    if waiting:
        yield _together(waiting)


def _together(frames: list[pl.DataFrame]) -> pl.DataFrame:
    shared = [name for name in frames[0].columns if name != "row" and all(name in one.columns for one in frames)]
    return pl.concat([one.select(shared) for one in frames], how="vertical_relaxed").with_row_index("row")


@dataclass(frozen=True, slots=True)
class _Matched:
    """LINK, CANDIDATE and ISSUE of one batch of records, what else is asked about it, and the records as written."""

    link: pl.DataFrame
    candidates: pl.DataFrame
    issues: pl.DataFrame
    questions: Questions
    written: pl.DataFrame


def _match(records: pl.DataFrame, basis: Basis, known: Known) -> _Matched:
    tied = tie_records(records, basis, prior=pl.col("prior"))
    questions = find_issues(records, tied.found, known)
    issues = pl.concat([questions.of_holders, find_reused_keys(records, tied.link["record_series"])])
    record = ["delivery_id", "record_no"]
    written = records.select(*record, "raw_number", "raw_name", "birth_date", "sex")
    of_issues = written.join(pl.concat([issues, questions.of_base.select(issues.columns)]), on=record, how="semi")
    questioned = pl.concat([one.select(record) for one in (issues, questions.of_base)]).unique()
    is_asked = pl.col("is_asked").fill_null(False)
    link = tied.link.join(questioned.with_columns(is_asked=True), on=record, how="left", maintain_order="left")
    link = link.with_columns(pl.col("is_settled") & ~is_asked).drop("is_asked")
    return _Matched(link, tied.candidates, issues, questions, of_issues)


def _identities_of_base(taught: Iterable[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    """id_number, name, former_id_number, former_name: every row of the population base, and of any other feed that
    states former ones the rows that do.
    """
    columns = ["id_number", "name", *_FORMER]
    stated = [pl.DataFrame(schema=dict.fromkeys(columns, pl.String))]
    for role, rows in taught:
        whole = _with_former(rows).select(columns)
        stated.append(whole if role == "population" else whole.filter(states_former(whole)))
    return pl.concat(stated)


def _model_digest() -> str:
    """Digest of the tables and the model the matcher compares by: the same one, the same evidence."""
    digest = sha256()
    for path in sorted(TABLES.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _payments(feeds: Feeds) -> ir.Table | pa.Table:
    known = ((c, feeds.tables.feed(c)) for c in feeds.contracts("payments"))
    sums = [sum_payments(newest_payments(rows, c.record_key)) for c, rows in known if rows is not None]
    return sums[0] if sums else PAYMENT.arrow().empty_table()


def _arrow(table: Table, frames: list[pl.DataFrame]) -> pa.Table:
    empty = as_frame(table.arrow().empty_table())
    whole = pl.concat([empty, *(frame.select(table.names) for frame in frames)], how="vertical_relaxed")
    return whole.to_arrow().cast(table.arrow())
