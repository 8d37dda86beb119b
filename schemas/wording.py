"""The sentences that Chinese offices and persons read: `schemas/wording/*.yaml`, one file per letter, list or page.

A folder read later changes single sentences of ours, key by key, so an office's own sentence is data. What a code means
is said in `codes.py` and the code lists, not here.

Words in braces are filled in when a sentence is written: the type of a key names them, and every sentence has each of
them, so that no office drops a date or a name by mistake.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ValidationError

from schemas.codes import (
    COMPARED,
    Alarm,
    LossGroup,
    LossState,
    Obstacle,
    Outcome,
    QuarantineReason,
    Rejection,
    SignalClass,
    Verdict,
)
from schemas.contract import Declared
from schemas.declaration import DeclarationError, files_of, read_yaml, reading

PLACE: Final = re.compile(r"\{(\w+)\}")


def _with(*places: str) -> AfterValidator:
    """A sentence of one line that has each of these places, `{until}`, and no other brace."""
    wanted = " ".join(f"{{{place}}}" for place in places)

    def checked(sentence: str) -> str:
        if not sentence.strip() or len(sentence.splitlines()) > 1 or sentence.endswith("\n"):
            raise ValueError("write a sentence of one line")
        if set(PLACE.findall(sentence)) != set(places) or set("{}") & set(PLACE.sub("", sentence)):
            raise ValueError(f"write a sentence with {wanted} in it" if places else "write a sentence without braces")
        return sentence

    return AfterValidator(checked)


def _for_each(*codes: str) -> AfterValidator:
    """A sentence for each of these codes."""

    def checked(sentences: dict[str, str]) -> dict[str, str]:
        if set(sentences) != {str(code) for code in codes}:
            raise ValueError(f"write a sentence for each of {', '.join(codes)} and for nothing else")
        return sentences

    return AfterValidator(checked)


def _for_some(*codes: str) -> AfterValidator:
    """Sentences for some of these codes; the others have their label."""

    def checked(sentences: dict[str, str]) -> dict[str, str]:
        if not set(sentences) <= {str(code) for code in codes}:
            raise ValueError(f"write sentences for some of {', '.join(codes)} and for nothing else")
        return sentences

    return AfterValidator(checked)


Text = Annotated[str, _with()]
Texts = dict[str, Text]
# a total row that a contract declares is no fault
_ROW_FAULTS: Final = tuple(reason for reason in QuarantineReason if reason is not QuarantineReason.TRAILER)
_STATUSES: Final = tuple(state for state in LossState if state is not LossState.NONE)


class General(Declared):
    """Words used everywhere."""

    day: Annotated[str, _with("year", "month", "day")]
    answers: Annotated[str, _with("header", "words")]
    between_words: Text
    between_sentences: Text
    between: Text


class Letter(Declared):
    """The letter to a person who asks, or whose family asks."""

    heading: Text
    addressed: Annotated[str, _with("name")]
    opening: Annotated[str, _with("day")]
    addressed_family: Annotated[str, _with("name")]
    opening_family: Annotated[str, _with("day", "name")]
    benefit: Annotated[str, _with("programme", "county", "status")]
    outcomes: Annotated[Texts, _for_some(*Outcome)]
    stopped_wrongly: Text
    held_though_confirmed: Text
    other_outcome: Annotated[str, _with("label", "sentence")]
    last_pass: Annotated[str, _with("day", "method", "until")]
    last_pass_valid: Annotated[str, _with("day", "method", "until")]
    how_to_certify: Text
    nothing_stops: Text
    suspended: Text
    to_be_restored: Text
    to_be_checked: Text
    months_owed: Annotated[str, _with("months", "month")]
    resumed: Text
    restored: Annotated[str, _with("month")]
    months_left: Annotated[str, _with("months")]
    all_paid: Text
    month: Annotated[str, _with("year", "month")]
    adjustment_frozen: Text
    story: Text
    stated: Annotated[str, _with("day", "kind")]
    listed: Annotated[str, _with("day", "kind", "office")]
    verdict: Annotated[str, _with("day", "kind", "office", "roles", "result")]
    verdicts: Annotated[Texts, _for_each(*Verdict)]
    withdrawn: Annotated[str, _with("day", "kind", "office", "verified_day")]
    notice: Annotated[str, _with("day", "kind")]
    notice_until: Annotated[str, _with("day", "kind", "until")]
    window_over: Annotated[str, _with("kind", "until")]
    objection_received: Annotated[str, _with("day")]
    proposed: Annotated[str, _with("day", "programme", "action")]
    proposal_withdrawn: Annotated[str, _with("day", "programme")]
    next_steps: Annotated[Texts, _for_each(*_STATUSES)]
    held_step: Text
    kinds: Annotated[Texts, _for_some(*LossGroup)]
    office: Annotated[str, _with("county")]
    provincial_office: Text
    where: Text
    office_at: Annotated[str, _with("office", "address", "telephone")]
    office_unknown: Annotated[str, _with("office")]
    records: Text
    no_records: Text
    signal_classes: Annotated[Texts, _for_some(*SignalClass)]
    claim: Annotated[str, _with("kind", "status")]
    statuses: Annotated[Texts, _for_each(*_STATUSES)]
    unsure_records: Text
    open_claims: Annotated[str, _with("next_step")]
    next_step_confirm: Text
    next_step_explain: Text
    confirmed_claims: Text
    condolence: Text
    refuted_claims: Text
    objection: Text
    objection_keeps_benefit: Text
    objection_does_no_harm: Text
    appeal: Text
    receipt: Annotated[str, _with("number")]


class Notices(Declared):
    """Messages to persons: `{until}` of a reminder is `due` or `past_due`."""

    reminder: Annotated[str, _with("until")]
    due: Annotated[str, _with("day")]
    past_due: Annotated[str, _with("day")]
    success: Annotated[str, _with("until")]


class Tickets(Declared):
    """Questions to an agency about its own records."""

    see_file: Text
    found_wrong: Text
    again: Text
    check_instead: Text
    withdrawn: Text
    expired_to_do: Text
    expired_to_call: Annotated[str, _with("name", "telephone")]
    not_ours_to_do: Text
    legal_ground: Text
    legal_ground_before: Text


class NotTaken(Declared):
    """Why rows and files were not taken, and what their sender does about it."""

    whole_file: Text
    rows: Annotated[Texts, _for_each(*_ROW_FAULTS)]
    rows_to_do: Annotated[Texts, _for_each(*_ROW_FAULTS)]
    files: Annotated[Texts, _for_each(*Rejection)]
    files_to_do: Annotated[Texts, _for_each(*Rejection)]


class Worklists(Declared):
    """Tasks of a county: leads to verify (`worklist`), persons to look after (`outreach`) or to greet."""

    suspected: Annotated[str, _with("kind")]
    how_to_check: Annotated[Texts, _for_each(*LossGroup)]
    alive_after_stop: Text
    objected: Annotated[str, _with("day")]
    withdrawn: Annotated[str, _with("day")]
    found_true: Annotated[str, _with("day")]
    to_answer: Text
    notice_given: Text
    contrary: Annotated[str, _with("grade", "label")]
    contrary_weak: Text
    overdue: Text
    never_certified: Text
    aged_hundred: Text
    to_remind: Annotated[str, _with("day", "stages")]
    stages_missing: Annotated[str, _with("stages")]
    at_home: Text
    by_phone: Text
    by_letter: Text
    greeting: Text
    how_to_greet: Text


class MatchReview(Declared):
    """The list of records that may be about a person."""

    how_to_check: Text
    compared: Annotated[Texts, _for_each(*COMPARED)]
    difference: Annotated[str, _with("compared", "level")]


class Requests(Declared):
    """Tasks of a county about those who asked it for something."""

    nothing_to_do: Text
    advice: Annotated[Texts, _for_each("GUIDANCE", "HOME_VISIT", "HELP_ELSEWHERE", "OBJECTION", "LOSS_REPORT")]


class Proposals(Declared):
    """Proposals to those who sign, with their grounds."""

    actions: Annotated[Texts, _for_each("END", "SUSPEND", "WITHDRAW", "RESUME")]
    confirmed: Annotated[str, _with("kind", "day", "legal_ground")]
    overdue: Annotated[str, _with("day", "reminders", "contacts")]
    by_message: Annotated[str, _with("stage", "day")]
    in_person: Annotated[str, _with("stage", "obstacle", "day", "way")]
    obstacles: Annotated[Texts, _for_each(*Obstacle, "")]
    contact: Annotated[str, _with("day", "way", "result")]
    results: Annotated[Texts, _for_each("NOT_FOUND", "REMINDED")]
    withdrawn: Text
    seen_alive: Annotated[str, _with("since", "day")]
    term_over: Annotated[str, _with("since")]
    disproved: Annotated[str, _with("since")]
    back_pay: Annotated[str, _with("months", "yuan")]
    back_pay_unknown: Text


class Execution(Declared):
    """Tasks of a county about decisions not carried out, and about what it was told wrongly."""

    to_do: Annotated[Texts, _for_each(*Alarm)]
    correction: Text
    correct_listed: Annotated[str, _with("kind", "day")]


class Prepayment(Declared):
    """Tasks of a county about an instalment before it pays."""

    actions: Annotated[Texts, _for_each("HOLD", "PAY", "CHECK_AWARD")]
    hold: Annotated[str, _with("kinds", "day")]
    pay: Annotated[str, _with("months", "yuan")]
    pay_unknown: Text
    check_award: Annotated[str, _with("day", "first")]


class Report(Declared):
    """The night report. `{fewest}`: the smallest count that is shown; `{mark}` stands for one hidden beside it."""

    heading: Text
    receipt: Text
    policy: Text
    changed: Text
    backfill: Text
    insured: Text
    compared: Text
    certified: Text
    leads: Text
    confirmed: Text
    lead_is_no_finding: Text
    group_certified: Text
    group_due_soon: Text
    group_held: Text
    group_to_look_after: Text
    group_leads: Text
    group_confirmed: Text
    group_out_of_scope: Text
    outcomes: Text
    outcome: Text
    records: Text
    share: Text
    total: Text
    money: Text
    item: Text
    amount: Text
    at_risk_leads: Text
    at_risk_confirmed: Text
    figures: Text
    this_night: Text
    since_beginning: Text
    figures_note: Text
    rates: Text
    rate: Text
    interval: Text
    wrong_certification: Text
    false_suspicion: Text
    rates_note: Annotated[str, _with("fewest")]
    alive_after_stop: Text
    term_over: Text
    to_resume: Text
    owed: Text
    to_resume_note: Text
    disproved: Text
    execution: Text
    months_or_paid: Text
    execution_note: Text
    restoration: Text
    restored: Text
    still_waiting: Text
    median_days: Text
    p95_days: Text
    restoration_note: Annotated[str, _with("fewest")]
    comparison: Text
    source: Text
    comparison_note: Text
    due: Text
    due_note: Annotated[str, _with("fewest")]
    counties: Text
    county: Text
    counties_note: Text
    feeds: Text
    newest: Text
    fresh: Text
    retired: Text
    files: Text
    rejected: Text
    gated: Text
    physical: Text
    header: Text
    blank: Text
    accepted: Text
    quarantined: Text
    duplicates: Text
    unanswered: Text
    balance: Text
    not_taken: Text
    not_taken_note: Text
    reason: Text
    about_column: Text
    rows: Text
    nothing_refused: Text
    unknown_feed: Text
    feeds_note: Text
    sources: Text
    completeness: Text
    days_late: Text
    most_days_late: Text
    id_validity: Text
    error_rate: Text
    turnaround: Text
    leads_true: Text
    sources_note: Text
    shares: Text
    age_band: Text
    name_type: Text
    not_known: Text
    books: Text
    book: Text
    certification_book: Text
    lead_book: Text
    ticket_book: Text
    corrections: Text
    before: Text
    after: Text
    entries: Text
    no_entry: Text
    no_corrections: Text
    tickets: Text
    ticket_states: Text
    ticket_state: Text
    agency: Text
    hidden_note: Annotated[str, _with("fewest", "mark")]


class Gates(Declared):
    """The page of the night's gates."""

    heading: Text
    deliveries: Annotated[str, _with("number")]
    feed: Text
    business_date: Text
    delivery: Text
    rows: Text
    agreed_rows: Text
    largest_quarantined: Text
    largest_invalid: Text
    verdict: Text
    rejected: Text
    gated: Text
    passed: Text
    laws: Annotated[Texts, _for_each("columns", "volume", "shrunk", "quarantined", "invalid", "nulls")]
    gated_note: Text
    network_note: Text


class Release(Declared):
    """Sentences read in Airflow before a night's files leave."""

    subject: Text
    files: Text
    rows: Text
    recipient: Text
    file: Text
    row_count: Text
    approve: Text
    reject: Text


class Wording(Declared):
    """Every file by its name."""

    general: General
    letter: Letter
    notices: Notices
    tickets: Tickets
    not_taken: NotTaken
    worklists: Worklists
    match_review: MatchReview
    requests: Requests
    proposals: Proposals
    execution: Execution
    prepayment: Prepayment
    report: Report
    gates: Gates
    release: Release

    @property
    def digest(self) -> str:
        return sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()

    def date_text(self, day: date) -> str:
        return self.general.day.format(year=day.year, month=day.month, day=day.day)


def read_wording(folders: Iterable[Path]) -> Wording:
    """Ours first, then what an office has changed; raises `DeclarationError` naming the file and the key."""
    files: dict[str, Any] = {}
    for folder in folders:
        for path in files_of(folder, ".yaml"):
            name = path.stem
            if name not in Wording.model_fields:
                known = ", ".join(f"{field}.yaml" for field in Wording.model_fields)
                raise DeclarationError(f"wording {path.name}: nothing is written from this file; write one of {known}")
            with reading(f"wording {path.name}"):
                files[name] = _laid_over(files.get(name, {}), read_yaml(path))
    return Wording(**{name: _checked(name, files.get(name, {})) for name in Wording.model_fields})


def kept_wording(kept: Mapping[str, Any], ours: Wording) -> Wording:
    """The sentences that a past run kept; ours where it kept none, or one with other places than are filled today."""
    files = {}
    for name, field in Wording.model_fields.items():
        sentences = getattr(ours, name).model_dump()
        for key, value in kept.get(name, {}).items():
            changed = {**sentences, key: _laid_over(sentences.get(key), value)}
            try:
                field.annotation.model_validate(changed)  # type: ignore[union-attr]
            except ValidationError:
                continue
            sentences = changed
        files[name] = sentences
    return Wording.model_validate(files)


def _laid_over(ours: Any, own: Any) -> Any:
    """Key by key; an empty file changes nothing."""
    if own is None and isinstance(ours, Mapping):
        return ours
    if isinstance(ours, Mapping) and isinstance(own, Mapping):
        return {**ours, **{key: _laid_over(ours.get(key), value) for key, value in own.items()}}
    return own


def _checked(name: str, sentences: Any) -> Any:
    """The file as its class; told with the place where its keys stand."""
    with reading(f"wording {name}.yaml, keys as in schemas/wording/{name}.yaml"):
        return Wording.model_fields[name].annotation.model_validate(sentences)  # type: ignore[union-attr]
