"""Whether declarations fit one another: what one says and no other knows, what nothing uses, what is missing.

Each file is checked by itself when it is read. Here they are held against one another, and against the contracts and
lists that we ship, since our code reads those columns, files and names. What nothing uses is refused too: whoever
declared it believes that it acts.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final, NamedTuple

from schemas.code_tables import CodeTables
from schemas.codes import Method
from schemas.contract import Column, Contract
from schemas.overlay import PATTERNS
from schemas.policy import ANY, Policy

LINKED_ROLES: Final = ("population", "evidence")
# what a record that is tied to a person cannot do without; anything else may be missing
_OF_A_RECORD: Final = ("name", "id_number", "event_code", "event_date")
# lists whose names are only kept and shown may grow, as those of events may; of others code knows each name
_OPEN_LISTS: Final = frozenset({"county", "agency", "ethnicity", "id_type", "programme"})
_KIND: Final = ("event_code", "qualifier_code")
_NOBODY: Final = "source"  # agency of a list that goes to whoever sent the record


class Rulebook(NamedTuple):
    """Contracts, code lists and policy: rows are read and decided by them."""

    contracts: Mapping[str, Contract]
    code_tables: CodeTables
    policy: Policy


def disagreements(declared: Rulebook, shipped: Rulebook) -> list[str]:
    """Sentences, one per fault, each with its file, the key and what to write; none of ours alone."""
    return [
        *_of_contracts(declared, shipped),
        *_of_code_lists(declared, shipped),
        *_of_records(declared),
        *_of_losses(declared),
        *_of_priors(declared),
        *_of_names(declared),
    ]


def _of_contracts(declared: Rulebook, shipped: Rulebook) -> Iterator[str]:
    known = {column.name: column for contract in shipped.contracts.values() for column in contract.columns}
    for feed, contract in sorted(declared.contracts.items()):
        ours = _ours(contract, shipped)
        if contract == ours:
            continue
        file = f"contracts/{feed}.odcs.yaml"
        if ours and contract.role != ours.role:
            yield f"{file}: role: {feed} is {ours.role}; write that, or give another feed another name"
            continue
        if feed not in shipped.contracts:
            yield from _of_new_contract(contract, declared, file)
        yield from (f"{file}: {fault}" for fault in _of_columns(contract, ours, known))
        agencies = declared.code_tables.names("agency")
        if contract.role != "outgoing" and contract.agency not in agencies:
            yield f"{file}: agency: {contract.agency} is in no list; add it to code_lists/agency.yaml with its label"
        for column in contract.columns:
            if column.codes and column.codes not in declared.code_tables.rows:
                list_file = f"code_lists/{column.codes}.yaml"
                yield f"{file}: {column.name}: codes: there is no list {column.codes}; write {list_file}"


def _ours(contract: Contract, shipped: Rulebook) -> Contract | None:
    """The contract of ours that a home's one stands in for."""
    of_an_agency = contract.role == "outgoing" and contract.feed.startswith("discrepancy_")
    return shipped.contracts.get(contract.feed) or (shipped.contracts["discrepancy"] if of_an_agency else None)


def _of_new_contract(contract: Contract, declared: Rulebook, file: str) -> Iterator[str]:
    """A name of its own is another feed of evidence, or one agency's own list of answers; nothing reads any other."""
    agency = contract.feed.removeprefix("discrepancy_")
    if contract.role == "outgoing" and (agency == contract.feed or agency not in declared.code_tables.names("agency")):
        yield f"{file}: name: nothing writes a file {contract.feed}; only discrepancy_AGENCY may be added"
    if contract.role not in (*LINKED_ROLES, "outgoing"):
        yield f"{file}: role: nothing reads a second feed of role {contract.role}; write evidence or population"


def _of_columns(contract: Contract, ours: Contract | None, known: Mapping[str, Column]) -> Iterator[str]:
    names = {column.name for column in contract.columns}
    written = {column.name for column in ours.columns} if ours and contract.role == "outgoing" else names
    for name in sorted(names - written):
        known_here = ", ".join(sorted(written))
        yield f"{name}: the rows of this file have no such column, so it would be empty; write some of {known_here}"
    if not contract.record_key:
        yield "schema.properties: primaryKey: write `primaryKey: true` and `required: true` at the sender's own number"
    for column in contract.columns:
        if column.key and not column.required:
            yield f"{column.name}: required: a key is never empty; write `required: true` beside primaryKey"
        if column.name == "event_date" and contract.role == "evidence" and not column.required:
            yield f"{column.name}: required: a record without its day is evidence of nothing; write `required: true`"
        if column.name not in known and column.name in written:
            yield f"{column.name}: nothing reads a column of that name; correct it or ignore its header"
        elif column.name in known and column.type != known[column.name].type:
            yield f"{column.name}: logicalType: write {known[column.name].type}"
        elif column.name in _KIND and not column.codes:
            yield f"{column.name}: codes: write the list that says what the sender's codes mean"
    for name in sorted(set(contract.constants) - set(_KIND) - {"county_code"}):
        yield f"constants: nothing reads {name}; correct it or take it out"
    for name in sorted(names & set(contract.constants)):
        yield f"constants: {name} is a column too; keep one of the two"
    for name in _missing(contract, ours, names | set(contract.constants)):
        also = ", or give it in constants" if name in _KIND else ""
        yield f"{name}: is missing, and it is needed; write a property of that name with its header{also}"


def _missing(contract: Contract, ours: Contract | None, names: set[str]) -> list[str]:
    if contract.role in LINKED_ROLES:
        needed = {*_OF_A_RECORD, *(("county_code",) if contract.delivery == "snapshot" else ())}
    elif ours and contract.role != "outgoing":
        needed = {column.name for column in ours.columns}
    else:
        needed = set(ours.record_key if ours else ("ticket_id",))
    return sorted(needed - names)


def _of_code_lists(declared: Rulebook, shipped: Rulebook) -> Iterator[str]:
    columns = [column for contract in declared.contracts.values() for column in contract.columns]
    used = {column.codes for column in columns}
    of_kind = {column.codes for column in columns if column.name in _KIND}
    for table in declared.code_tables.tables:
        file = f"code_lists/{table}.yaml"
        if table in shipped.code_tables.rows and declared.code_tables.rows[table] == shipped.code_tables.rows[table]:
            continue
        if table not in used and table not in shipped.code_tables.rows:
            yield f"{file}: no column of a contract uses this list; name it in a column's codes, or correct its name"
        elif table in shipped.code_tables.rows and table not in of_kind | _OPEN_LISTS:
            known = shipped.code_tables.names(table)
            unknown = sorted(set(declared.code_tables.names(table)) - set(known))
            for name in unknown:
                yield f"{file}: name: nothing knows {name}; write one of {', '.join(known)}"


class _Kind(NamedTuple):
    """A kind of record that a contract allows."""

    feed: str
    event_code: str
    qualifier_code: str


def _of_records(declared: Rulebook) -> Iterator[str]:
    """Kinds of records that no row of the policy names or several do, and rows that no record can ever meet."""
    policy = declared.policy
    linked = [c for _, c in sorted(declared.contracts.items()) if c.role in LINKED_ROLES]
    kinds = [kind for contract in linked for kind in _kinds(contract, declared.code_tables)]
    for kind in kinds:
        if not policy.rows_for(*kind):
            yield (
                f"signals.yaml: nothing says what {' '.join(part or repr('') for part in kind)} means; "
                f"write a row in signals.yaml, losses.yaml or ignored.yaml: {{feed: {kind.feed}, "
                f"event_code: {kind.event_code}, qualifiers: [{kind.qualifier_code or repr('')}], ...}}"
            )
    met = {_Kind(row.feed, row.event_code, kind.qualifier_code) for kind in kinds for row in policy.rows_for(*kind)}
    events, qualifiers = _by_feed(kinds, "event_code"), _by_feed(kinds, "qualifier_code")
    for name in PATTERNS:
        for row in getattr(policy, name):
            for qualifier in row.qualifiers:
                if (row.feed, row.event_code, qualifier) not in met:
                    yield f"{name}.yaml: {_why_never(row.feed, row.event_code, qualifier, events, qualifiers)}"


def _kinds(contract: Contract, codes: CodeTables) -> list[_Kind]:
    return [_Kind(contract.feed, *pair) for pair in product(*(_values(contract, codes, name) for name in _KIND))]


def _values(contract: Contract, codes: CodeTables, name: str) -> tuple[str, ...]:
    """Values that the column can hold: a constant, or the names of its list and, where not required, nothing."""
    if name in contract.constants:
        return (contract.constants[name],)
    column = next((column for column in contract.columns if column.name == name), None)
    if column is None:
        return ("",) if name == "qualifier_code" else ()
    listed = codes.names(column.codes) if column.codes in codes.rows else ()
    return listed if column.required else (*listed, "")


def _by_feed(kinds: Iterable[_Kind], field: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for kind in kinds:
        found.setdefault(kind.feed, set()).add(getattr(kind, field))
    return found


def _why_never(
    feed: str, event: str, qualifier: str, events: Mapping[str, set[str]], qualifiers: Mapping[str, set[str]]
) -> str:
    about = f"the row for {feed} {event} {qualifier or repr('')} never fires"
    if feed not in events:
        return f"{about}: feed: no contract of records of that name; write one of {', '.join(sorted(events))}"
    if event != ANY and event not in events[feed]:
        return f"{about}: event_code: write one of {', '.join(sorted(events[feed]))}, or {ANY}"
    if qualifier not in qualifiers[feed]:
        known = ", ".join(name or repr("") for name in sorted(qualifiers[feed]))
        return f"{about}: qualifiers: write some of {known}"
    return f"{about}: each of its events has a narrower row; take it out"


def _of_losses(declared: Rulebook) -> Iterator[str]:
    policy = declared.policy
    ruled = {kind for rule in policy.programmes for kind in rule.loss_kinds}
    contradicted = {kind for rule in policy.contradictions for kind in rule.loss_kinds}
    for rule in policy.contradictions:
        if rule.rule != "NEVER" and not rule.signal_classes:
            yield (
                f"rules.yaml: contradictions: {', '.join(rule.loss_kinds)}: signal_classes: none, so no sign of life "
                f"contradicts it; write some, or rule: NEVER if that is meant"
            )
    for kind in sorted({row.loss_kind for row in policy.losses}):
        if kind not in ruled:
            yield (
                f"rules.yaml: programmes: no row for {kind}, so its records open no lead; write one: "
                f"{{programmes: [...], loss_kinds: [{kind}], effect: END, legal_ground: ...}}"
            )
        if kind not in contradicted:
            yield (
                f"rules.yaml: contradictions: no row for {kind}, so no sign of life contradicts it; write one: "
                f"{{loss_kinds: [{kind}], signal_classes: [A, B], rule: AFTER}}"
            )


def _of_priors(declared: Rulebook) -> Iterator[str]:
    linked = {feed for feed, contract in declared.contracts.items() if contract.role in LINKED_ROLES}
    known = ", ".join(sorted(linked))
    for feed in sorted(linked - set(declared.policy.linkage.priors)):
        yield f"linkage.yaml: priors: none for {feed}; write the share of its persons who are insured, {feed}: 0.3"
    for feed in sorted(set(declared.policy.linkage.priors) - linked):
        yield f"linkage.yaml: priors: {feed}: no such feed of records; write one of {known}"


def _of_names(declared: Rulebook) -> Iterator[str]:
    """Names in the rules that no list knows: a row with one never fires."""
    policy, codes = declared.policy, declared.code_tables
    programmes = codes.names("programme")
    known = {
        "programme": programmes,
        "county": codes.names("county"),
        "method": tuple(method.value for method in Method),
        "group": codes.names("group"),
    }
    for cycle in policy.cycles:
        for field, names in known.items():
            value = getattr(cycle, field)
            if value not in (ANY, *names):
                yield f"rules.yaml: cycles: {field} {value}: no list knows it; {_choice(field, names)}"
    for name in sorted(
        {name for rule in policy.programmes for name in (*rule.programmes, *rule.offset)} - {ANY, *programmes}
    ):
        yield f"rules.yaml: programmes: {name}: no list knows it; {_choice('programme', programmes)}"
    for name in sorted({name for pair in policy.excluding_programmes for name in pair} - set(programmes)):
        yield f"rules.yaml: excluding_programmes: {name}: no list knows it; {_choice('programme', programmes)}"
    methods, counties = known["method"], known["county"]
    for pay_day in policy.pay_days:
        for field in ("county", "programme"):
            value = getattr(pay_day, field)
            if value not in (ANY, *known[field]):
                yield f"rules.yaml: pay_days: {field} {value}: no list knows it; {_choice(field, known[field])}"
    for county in sorted(set(policy.offices) - set(counties)):
        yield f"offices.yaml: {county}: no list knows this county; write a code of code_lists/county.yaml"
    for agency in sorted(set(policy.superiors) - set(codes.names("agency"))):
        yield f"superiors.yaml: {agency}: no list knows this agency; write a code of code_lists/agency.yaml"
    for row in policy.personal_cycles:
        if row.method not in (ANY, *methods):
            yield f"rules.yaml: personal_cycles: method {row.method}: no list knows it; {_choice('method', methods)}"
    for word in policy.run_health.released:
        place = "rules.yaml: run_health: released"
        if word.feed not in declared.contracts:
            yield f"{place}: feed {word.feed}: no contract declares it; write the name of a feed"
        if word.county not in (ANY, *counties):
            yield f"{place}: county {word.county}: no list knows it; {_choice('county', counties)}"


def _choice(field: str, names: tuple[str, ...]) -> str:
    if len(names) > 12:
        return f"write one of code_lists/{field}.yaml, which a home may add to, or {ANY}"
    return f"write one of {', '.join(names)}, or {ANY}"
