"""Our own tables, in the order of the river. `known_from` is the number of the run that first saw a row."""

from typing import Final

from schemas.codes import COMPARED
from schemas.table import Field, Former, Kind, Table


def _f(name: str, kind: Kind, description: str) -> Field:
    return Field(name, kind, description)


def _maybe(name: str, kind: Kind, description: str) -> Field:
    return Field(name, kind, description, nullable=True)


_SOURCE: Final = (
    _f("feed", "string", "contract the record came by"),
    _f("delivery_id", "string", "delivery it came in"),
    _f("record_no", "int64", "number of the record in its delivery, header not counted, from 1"),
)
_LEVELS: Final = tuple(_f(column, "string", levels.__name__) for column, levels in COMPARED.items())
_RECORD: Final = (
    *_SOURCE,
    _f("record_id", "string", "the source's own record key"),
    _f("business_date", "date", "date the sender states for the delivery"),
    _f("known_from", "int64", "run that first saw the delivery"),
    _f("agency", "string", "agency that holds the record"),
)

_LEANED_ON: Final = Field(
    "leaned_on",
    "string",
    "digest of the file's name, its manifest and what is declared of its feed: what a rejection leans on",
    since=3,
    default="",
)
_REJECTION_IN_1: Final = (("rejection", "refusal"), ("rejection_detail", "refusal_detail"))

RECEIVED = Table(
    "received",
    "a file that came in tonight, not yet opened (what `landed` hands to `validated`)",
    ("delivery_id",),
    (
        _f(
            "delivery_id",
            "string",
            "first 16 hex digits of sha256(feed|date|digest of the bytes[|leaned_on])",
        ),
        _f("feed", "string", "folder it lay in, empty when that is no name a feed can have"),
        _f("business_date", "date", "date the sender states; the night's own where that cannot be read"),
        _f("file_name", "string", "name it arrived under, empty when it has other than the allowed characters"),
        _f("digest", "string", "sha256 of its bytes, empty when they were not read"),
        _f("size", "int64", "bytes"),
        _maybe("claimed_rows", "int64", "rows the manifest claims"),
        _f("rejection", "string", "Rejection code, empty when it may be opened"),
        _f("rejection_detail", "string", "what was found, never a value of a person; empty when accepted"),
        _LEANED_ON,
    ),
    former=(Former(1, "received", _REJECTION_IN_1),),
    title="当晚收到的文件",
)

DELIVERY = Table(
    "delivery",
    "a file received, once per feed, stated date and digest; a rejected one again when what it leaned on changed",
    ("delivery_id",),
    (
        _f(
            "delivery_id",
            "string",
            "first 16 hex digits of sha256(feed|date|digest of the bytes[|leaned_on])",
        ),
        _f("feed", "string", "folder it lay in"),
        _f("business_date", "date", "date the sender states"),
        _f("known_from", "int64", "run that first saw it"),
        _f("file_name", "string", "name it arrived under, checked against the allowed characters"),
        _f("digest", "string", "sha256 of its bytes"),
        _f("size", "int64", "bytes"),
        _f("county_codes", "string", "counties it speaks for, comma separated; empty = the whole province"),
        _f("encoding", "string", "encoding found over the whole file"),
        _f("rejection", "string", "Rejection code, empty when accepted"),
        _f("rejection_detail", "string", "what was found, never a value of a person; empty when accepted"),
        _f("physical", "int64", "physical records"),
        _f("header", "int64", "header records"),
        _f("blank", "int64", "blank records"),
        _f("accepted", "int64", "rows validated"),
        _f("quarantined", "int64", "rows quarantined"),
        _f("duplicates", "int64", "exact duplicates of an earlier row of the delivery"),
        _f("is_gated", "bool", "volume or profile outside the band: nothing adverse may lean on it"),
        _LEANED_ON,
        Field("unanswered", "int64", "lines of a file of ours that nobody has answered yet", since=3, default=0),
        Field("answers_to", "string", "file of ours that came back, empty for a delivery", since=3, default=""),
    ),
    append_only=True,
    former=(Former(1, "delivery", (*_REJECTION_IN_1, ("quarantined", "held"))),),
    title="各次报送",
)

DELIVERY_COUNTY = Table(
    "delivery_county",
    "accepted rows of a delivery by county; of formats 1 and 2 nobody counted them",
    ("delivery_id", "county_code"),
    (
        _f("delivery_id", "string", "delivery"),
        _f("county_code", "string", "county that its rows name, empty where they name none"),
        _f("rows", "int64", "accepted rows"),
    ),
    append_only=True,
    title="各次报送的区县行数",
)

QUARANTINED = Table(
    "quarantined",
    "a row quarantined, with the reason and where its bytes stand",
    ("delivery_id", "record_no", "column"),
    (
        *_SOURCE,
        _f(
            "byte_start",
            "int64",
            "first byte of the record in the unpacked file; 0 where the format has no bytes of rows",
        ),
        _f("byte_end", "int64", "first byte after it"),
        _f("reason", "string", "QuarantineReason code"),
        _f("column", "string", "logical column, empty when the whole row is broken"),
        Field(
            "record_id",
            "string",
            "the sender's own record number, empty where it could not be read or is a person's number",
            since=3,
            default="",
        ),
    ),
    append_only=True,
    former=(Former(1, "held"),),
    title="挂起的行",
)

ISSUE = Table(
    "issue",
    "a record × column × issue code: something questionable in a source's record",
    ("delivery_id", "record_no", "column", "issue"),
    (
        *_RECORD,
        _f("column", "string", "logical column"),
        _f("issue", "string", "Issue code"),
        _f("kind", "string", "IssueKind"),
        Field("last_stated", "date", "newest delivery that states the same, if later", nullable=True, since=4),
    ),
    title="记录中的问题",
)

FORMAT_ISSUE = Table(
    "format_issue",
    "a record × column × issue code that shows when the file is read: a placeholder date, an unknown code, a repeat",
    ISSUE.key,
    ISSUE.fields,
    append_only=True,
    title="读取时发现的问题",
)

PERSON = Table(
    "person",
    "a person of the registry, newest snapshot (the only table with names and numbers; erasable)",
    ("person_no",),
    (
        _f("person_no", "int64", "the registry's own number"),
        _f("id_number", "string", "normalised 18 characters, or as sent when it cannot be"),
        Field("id_type", "string", "kind of document, or empty", since=4, default=""),
        _f("id_valid", "bool", "length, date and check character hold, or it is the number of another document"),
        _f("name", "string", "normalised"),
        _f("raw_name", "string", "as the registry wrote it"),
        _f("sex", "string", "1 male, 2 female, 0 unknown, 9 not stated"),
        _maybe("birth_date", "date", "from the registry, else from the number"),
        _f("phone", "string", "mobile number or empty"),
        _f("address", "string", "or empty"),
        _f("group", "string", "person group for the cycle: GENERAL, ABROAD, DISABLED, BEDRIDDEN"),
        Field(
            "county_codes", "string", "counties whose registry names the person, comma separated", since=4, default=""
        ),
    ),
    retention="identity",
    title="参保人员",
)

ALIAS = Table(
    "alias",
    "a former or other number or name of a person",
    ("person_no", "kind", "value"),
    (_f("person_no", "int64", "person"), _f("kind", "string", "id_number | name"), _f("value", "string", "normalised")),
    retention="identity",
    title="曾用或其他号码、姓名",
)

FORMER_IDENTITY = Table(
    "former_identity",
    "number and name of which the population base says that one of them, or both, was somebody's before",
    ("body", "name_key"),
    (
        _f("body", "int64", "first 17 digits of the number"),
        _f("name_key", "string", "name, as names are compared"),
        _f("is_former_number", "bool", "the number is a former one"),
        _f("is_former_name", "bool", "the name is a former one"),
    ),
    retention="identity",
    title="人口库所载曾用号码、姓名",
)

ENTITLEMENT = Table(
    "entitlement",
    "person × programme × county, newest registry snapshot",
    ("person_no", "programme_code", "county_code"),
    (
        _f("person_no", "int64", "person"),
        _f("programme_code", "string", "programme"),
        _f("county_code", "string", "county that pays"),
        _f("payment_state", "string", "PaymentState as seen in the registry"),
        _maybe("first_payment_date", "date", "first benefit paid"),
        _f("monthly_fen", "int64", "monthly amount in fen"),
        _maybe("birth_date", "date", "of the person"),
        _f("group", "string", "person group"),
        _f("has_phone", "bool", "a mobile number is on file"),
        _f("id_valid", "bool", "the number can be compared"),
        Field(
            "human_no",
            "int64",
            "least person number under which the same number, name and birth date are registered: one human",
            nullable=True,
            since=3,
        ),
    ),
    title="待遇",
)

LINK = Table(
    "link",
    "an accepted evidence record and whom it is tied to",
    ("delivery_id", "record_no"),
    (
        *_RECORD,
        _f("county_code", "string", "county named by the record, or empty"),
        _f("event_code", "string", "canonical event of the feed's code table"),
        _f("qualifier_code", "string", "canonical qualifier, or empty"),
        _maybe("event_date", "date", "day the event happened"),
        _maybe("end_date", "date", "last day, where the event is a stay or a term"),
        _f("is_suspected", "bool", "marked suspected by the source, or tied to the person by likeness only"),
        _f("is_revoked", "bool", "the source withdraws the record with this key"),
        _maybe("person_no", "int64", "person, when matched"),
        _f("match_state", "string", "MatchState"),
        _f("match_tier", "string", "MatchTier"),
        _f("match_pass", "string", "MatchPass that decided, or empty"),
        _f(
            "match_reason",
            "string",
            "MatchConversion codes used for a match, comma separated; or the MatchRefusal code of any other record",
        ),
        _f("link_use", "string", "LinkUse: what the policy lets this link do"),
        _f("considered", "int32", "persons looked at"),
        _f("rivals", "int32", "persons left beside the one it may be about"),
        _f("review_id", "string", "keyed digest of what a record that speaks for loss asserts of whom; else empty"),
        Field(
            "record_series",
            "string",
            "tells records under one key apart: office that numbers its own, and #2, #3 … for a further person",
            since=3,
            default="",
        ),
        Field(
            "is_settled",
            "bool",
            "nothing about it is open: it stands until a person it may be about, or what is asked of it, changes",
            since=4,
            default=False,
        ),
    ),
    title="记录所属的人",
)

CANDIDATE = Table(
    "candidate",
    "a record that is not plainly one person's × a person in play for it: the evidence of the match, as levels",
    ("delivery_id", "record_no", "person_no"),
    (
        *_SOURCE,
        _f("person_no", "int64", "person who may be meant"),
        _f("match_pass", "string", "MatchPass that found the person"),
        *_LEVELS,
        _f("weight_millibits", "int64", "thousandths of a bit that speak for the person; 0 where a rule decides"),
        _f("posterior_ppm", "int64", "millionths: probability after the prior of the feed; 0 where a rule decides"),
        _f("place", "int32", "1 = best; the next one is the runner-up"),
        _f("answer", "string", "MatchAnswer of the county office, or empty"),
        _f("is_linked", "bool", "the record is tied to this person"),
        _f("is_open", "bool", "the record is tied to nobody and may be about this person: nobody chooses but a human"),
        _f("model", "string", "digest of the tables and the model compared by"),
    ),
    title="记录可能所指的人",
)

MATCH_ANSWER = Table(
    "match_answer",
    "what an officer of a county office said of a record and a person in play for it",
    ("delivery_id", "record_no"),
    (
        *_RECORD,
        _f("review_id", "string", "question that is answered, empty when its number cannot be read"),
        _maybe("person_no", "int64", "person who was in play"),
        _f("answer", "string", "MatchAnswer"),
        _f("verified_date", "date", "day of the answer"),
        _f("handler", "string", "keyed digest of the officer"),
        _f("is_revoked", "bool", "withdraws the answer"),
    ),
    title="身份核对的答复",
)

REVIEW = Table(
    "review",
    "a record that speaks for loss and is tied to nobody × a person it may be about: a question to the county office",
    ("review_id", "person_no"),
    (
        _f("review_id", "string", "what is asserted of whom; the same said again is the same question"),
        _f("person_no", "int64", "person in play"),
        *_SOURCE,
        _f("loss_kind", "string", "LossKind"),
        _f("loss_group", "string", "LossGroup"),
        _f("event_date", "date", "day of the event"),
        *_LEVELS,
        _f("place", "int32", "1 = best"),
        _f("answer", "string", "MatchAnswer given already, or empty"),
    ),
    title="待核对身份的记录",
)

LIFE_FACT = Table(
    "life_fact",
    "a matched record that is a sign of life",
    ("delivery_id", "record_no", "person_no"),
    (
        *_RECORD,
        _f("county_code", "string", "county"),
        _f("person_no", "int64", "person"),
        _f("signal_code", "string", "signal of the catalogue"),
        _f("signal_class", "string", "SignalClass"),
        _f("method", "string", "Method"),
        _f("is_outside", "bool", "places the person outside custody"),
        _f("event_date", "date", "day the person was seen (last day of a stay)"),
        _f("is_revoked", "bool", "withdraws the record with this key"),
    ),
    title="生存佐证",
)

LOSS_FACT = Table(
    "loss_fact",
    "a matched record that speaks for loss of entitlement",
    ("delivery_id", "record_no", "person_no"),
    (
        *_RECORD,
        _f("claim_id", "string", "keyed digest of agency, person, kind and event date"),
        _f("county_code", "string", "county"),
        _f("person_no", "int64", "person"),
        _f("loss_kind", "string", "LossKind"),
        _f("loss_group", "string", "LossGroup"),
        _f("event_date", "date", "day of the event"),
        _maybe("end_date", "date", "end of the term"),
        _f("is_suspected", "bool", "marked suspected by the source, or tied to the person by likeness only"),
        _f("is_revoked", "bool", "withdraws the record with this key"),
    ),
    title="丧失领取资格的记录",
)

WITHDRAWN = Table(
    "withdrawn",
    "a record about a person that its sender has withdrawn",
    ("feed", "agency", "record_id", "person_no"),
    (
        _f("feed", "string", "contract it came by"),
        _f("agency", "string", "who sent it"),
        _f("record_id", "string", "the source's own record key"),
        _f("person_no", "int64", "person"),
        _f("withdrawn_date", "date", "day its withdrawal states"),
        _f("known_from", "int64", "run that first saw the withdrawal"),
    ),
    title="来源单位已撤销的记录",
)

_CLAIM_CONTENT: Final = (
    _f("claim_id", "string", "claim"),
    _f("person_no", "int64", "person"),
    _f("loss_kind", "string", "LossKind"),
    _f("loss_group", "string", "LossGroup"),
    _f("event_date", "date", "day of the event"),
    _maybe("end_date", "date", "end of the term"),
    _f("agency", "string", "holder of the record"),
    _f("is_suspected", "bool", "marked suspected by the source, or tied to the person by likeness only"),
    _f("business_date", "date", "first delivery that stated it"),
)
LISTED = Table(
    "listed",
    "a claim that a line of a worklist asked about, as it was then: what a verdict on the line judges, for ever",
    ("line_id", "claim_id"),
    (
        _f("line_id", "string", "number of the line: that of its claim, of several a digest of their numbers"),
        *_CLAIM_CONTENT,
        _f("feed", "string", "contract its record came by"),
        _f("record_id", "string", "the source's own record key"),
        _f("run_no", "int64", "run that first listed it"),
        _f("as_of", "date", "night of that run"),
        Field("county_codes", "string", "counties that paid the person then, comma separated", since=4, default=""),
        Field("number_digest", "string", "keyed digest of the person's number then, or empty", since=4, default=""),
        Field("name_digest", "string", "keyed digest of the person's name then, or empty", since=4, default=""),
    ),
    retention="ledger",
    append_only=True,
    title="清单各行所列的线索",
)

OBJECTION = Table(
    "objection",
    "an objection of a person, by hotline, at a counter or in writing",
    ("delivery_id", "record_no"),
    (*_RECORD, _f("person_no", "int64", "person"), _f("event_date", "date", "day of the objection")),
    title="本人提出的异议",
)

UNUSED_ANSWER = Table(
    "unused_answer",
    "an answer that cannot count as it is: the line, the officer or the office is not known, or signatures are missing",
    ("delivery_id", "record_no", "column"),
    (
        *_SOURCE,
        _f("record_id", "string", "number of the line that it answers"),
        _f("column", "string", "logical column"),
        _f("reason", "string", "QuarantineReason code"),
    ),
    title="未采用的答复",
)

TICKET_REPLY = Table(
    "ticket_reply",
    "an agency's answer to a ticket that we sent it",
    ("delivery_id", "record_no"),
    (
        *_SOURCE,
        _f("business_date", "date", "date the sender states for the delivery"),
        _f("ticket_id", "string", "ticket"),
        _f("result", "string", "reply_result"),
        _f("answered_on", "date", "day of the answer; that of the delivery where none is stated or a later one is"),
    ),
    title="工单答复",
)

LIFE_STATE = Table(
    "life_state",
    "person × signal: newest event date (a projection)",
    ("person_no", "signal_code"),
    (
        _f("person_no", "int64", "person"),
        _f("signal_code", "string", "signal"),
        _f("event_date", "date", "newest unrevoked"),
    ),
    title="最新的生存佐证",
)

PAYMENT = Table(
    "payment",
    "person × programme × county × pay month",
    ("person_no", "programme_code", "county_code", "pay_month"),
    (
        _f("person_no", "int64", "person"),
        _f("programme_code", "string", "programme"),
        _f("county_code", "string", "county"),
        _f("pay_month", "date", "first day of the month paid for"),
        _f("paid_fen", "int64", "paid less returned and recovered"),
        _f("recovered_fen", "int64", "returned or recovered"),
        Field("returned_fen", "int64", "of it returned by the bank, never received", since=4, default=0),
        Field("offset_fen", "int64", "settled from the funeral grant", since=4, default=0),
    ),
    title="各月发放情况",
)

VERDICT = Table(
    "verdict",
    "a human verdict on a lead",
    ("delivery_id", "record_no"),
    (
        *_RECORD,
        _f("lead_id", "string", "line it judges, or a single claim"),
        _f("verdict", "string", "Verdict code"),
        _f("verified_date", "date", "day of the verdict"),
        _maybe("notice_date", "date", "day the written notice was given"),
        _f("handler", "string", "经办: keyed digest of the officer"),
        _f("reviewer", "string", "复核"),
        _f("approver", "string", "审核"),
        _f("is_revoked", "bool", "withdraws the verdict"),
        Field("person_no", "int64", "person whom the line is about", nullable=True, since=4),
    ),
    title="人工核查结果",
)

FEED_HEALTH = Table(
    "feed_health",
    "feed × county as of the night",
    ("feed", "county_code"),
    (
        _f("feed", "string", "feed"),
        _f("county_code", "string", "county"),
        _maybe("newest_date", "date", "newest business date whose files tell of the county"),
        _f("is_live", "bool", "declared and not retired"),
        _f("is_fresh", "bool", "newest_date within fresh_days, and no file since that told nothing"),
        Field("silence", "string", "Silence of a file since newest_date, or empty", since=3, default=""),
    ),
    title="各数据源到齐情况",
)

DECISION = Table(
    "decision",
    "entitlement as decided for the night",
    ("person_no", "programme_code", "county_code"),
    (
        _f("person_no", "int64", "person"),
        _f("programme_code", "string", "programme"),
        _f("county_code", "string", "county that pays"),
        _f("certification_state", "string", "CertificationState"),
        _f("loss_state", "string", "LossState"),
        _f("payment_state", "string", "PaymentState"),
        _f("adjustment_frozen", "bool", "paid, but without the yearly adjustment"),
        _f("outcome", "string", "Outcome, the label of the three states"),
        _maybe("pass_date", "date", "event date of the pass that sets the due date"),
        _f("method", "string", "Method of that pass"),
        _f("signal_code", "string", "signal of that pass, PAIR for two C, or empty"),
        _maybe("due_date", "date", "last lawful day"),
        _f("reason_mask", "int64", "bits of Reason, every one that applied"),
        _f("notice_stage", "string", "reminder stage reached, or empty"),
        _f("loss_kinds", "string", "kinds of the open or confirmed claims, comma separated, sorted"),
        _maybe("loss_date", "date", "earliest event date of those claims"),
        _f("lead_priority", "int32", "1 two independent sources, 2 one source, 0 none"),
        _f("at_risk_fen", "int64", "paid for months after the last entitled month, in fen"),
    ),
    title="当晚的判定",
)

_STATUS_IN_2: Final = (("status", "standing"),)
CLAIM = Table(
    "claim",
    "a loss claim of tonight, or one that was judged and has no record any more, with its status",
    ("claim_id",),
    (
        *_CLAIM_CONTENT,
        _f("status", "string", "LossState of the claim: LEAD_OPEN, CONFLICT, NOTICE_GIVEN, CONFIRMED, REFUTED"),
        _maybe("contrary_date", "date", "newest contradicting sign of life"),
        _f("contrary_class", "string", "its class, or empty"),
        _maybe("weak_date", "date", "newest C/D sign after a death claim"),
        _f("sources", "int32", "independent agencies with an open claim of the same fact"),
        Field("is_dated", "bool", "its day can be, and dates the loss", since=4, default=True),
        Field("objected_date", "date", "newest objection that no verdict has answered", nullable=True, since=4),
        Field(
            "withdrawn_date",
            "date",
            "day on which the record of a confirmed loss was withdrawn, and no other states it",
            nullable=True,
            since=4,
        ),
        Field("line_id", "string", "line that asks about it tonight, or empty", since=4, default=""),
    ),
    former=(Former(2, "claim", _STATUS_IN_2),),
    title="当晚的线索",
)

RESUMPTION = Table(
    "resumption",
    "a stopped entitlement that should be paid again by what is known: a proposal to be verified",
    ("person_no", "programme_code", "county_code"),
    (
        _f("person_no", "int64", "person"),
        _f("programme_code", "string", "programme"),
        _f("county_code", "string", "county that paid"),
        _f("payment_state", "string", "PaymentState: SUSPENDED or TERMINATED"),
        _f("reason", "string", "Reason: ALIVE_AFTER_STOP or TERM_OVER"),
        _f("since", "date", "day of the alleged death or of the end; last day of the term"),
        _maybe("seen_date", "date", "newest sign of life after it"),
        _maybe("unpaid_months", "int32", "months owed and not paid; null where no payment is known"),
        _maybe("back_pay_fen", "int64", "those months times the monthly amount"),
        Field("owed_from", "date", "first month that is owed, as its first day", nullable=True, since=4),
    ),
    title="建议恢复的待遇",
)

_ENTITLEMENT_KEY: Final = (
    _f("person_no", "int64", "person"),
    _f("programme_code", "string", "programme"),
    _f("county_code", "string", "county that pays"),
)
PROPOSED_RESUMPTION = Table(
    "proposed_resumption",
    "a stopped entitlement × reason × day of the loss, entered by the night that first proposed to pay it again",
    ("person_no", "programme_code", "county_code", "reason", "since"),
    (
        *_ENTITLEMENT_KEY,
        _f("reason", "string", "Reason as in RESUMPTION"),
        _f("since", "date", "as in RESUMPTION"),
        _maybe("owed_from", "date", "first month that is owed, as its first day"),
        _f("run_no", "int64", "run that first proposed it; a backfill proposes nothing"),
        _f("as_of", "date", "night of that run"),
    ),
    retention="ledger",
    append_only=True,
    title="恢复发放建议簿",
)

EXECUTION_ALARM = Table(
    "execution_alarm",
    "entitlement × alarm: what was decided and is not carried out, by the registry and the payments known",
    ("person_no", "programme_code", "county_code", "alarm"),
    (
        *_ENTITLEMENT_KEY,
        _f("alarm", "string", "Alarm"),
        _f("since", "date", "day from which it should have been carried out"),
        _f("days_open", "int32", "days from then to the night"),
        _maybe("seen_date", "date", "newest sign of life after the benefit was stopped upon a death"),
        _maybe("months", "int32", "months unpaid, or paid in spite of the loss; null where no payment is known"),
        _maybe("fen", "int64", "those months times the monthly amount, or what was paid for them"),
        _f("legal_ground", "string", "legal ground of what should be done"),
    ),
    title="未执行的结论",
)

RESTORATION = Table(
    "restoration",
    "a stop that was disproved: how long it took until money was paid again",
    ("person_no", "programme_code", "county_code", "since"),
    (
        *_ENTITLEMENT_KEY,
        _f("since", "date", "day of the alleged loss"),
        _f("begun_on", "date", "earliest of objection, refuting verdict and first proposal to pay it again"),
        _maybe("objected_on", "date", "first objection on or after the alleged loss"),
        _maybe("disproved_on", "date", "day of the verdict that refutes it"),
        _maybe("paid_on", "date", "first instalment after it had begun, as the first day of its month"),
        _maybe("days", "int32", "days from `begun_on` to `paid_on`; null while nothing was paid"),
    ),
    title="恢复发放的时长",
)

_ENTRY: Final = (
    _f("entry_id", "string", "sha256 of book, run and key"),
    _f("run_no", "int64", "run that wrote it"),
    _f("as_of", "date", "day it is about"),
    _f("entry_kind", "string", "EntryKind"),
    _f("is_correction", "bool", "written by a backfill, about a day already entered"),
    _f("previous_entry_id", "string", "entry it follows or corrects, or empty"),
)

CERTIFICATION_ENTRY = Table(
    "certification_entry",
    "an entry of the certification book: what stands for an entitlement from this day",
    ("entry_id",),
    (*_ENTRY, *DECISION.fields, _f("policy_digest", "string", "policy it was decided under")),
    retention="ledger",
    append_only=True,
    title="认证簿",
)

LEAD_ENTRY = Table(
    "lead_entry",
    "an entry of the lead book",
    ("entry_id",),
    (*_ENTRY, _f("lead_id", "string", "= claim_id"), *(f for f in CLAIM.fields)),
    retention="ledger",
    append_only=True,
    former=(Former(2, "lead_entry", _STATUS_IN_2),),
    title="线索簿",
)

_DEMAND: Final = (
    Field("demanded_by", "string", "line whose verdict found the record wrong, or empty", since=4, default=""),
    Field("demanded_on", "date", "day of that verdict", nullable=True, since=4),
)
TICKET_WANTED = Table(
    "ticket_wanted",
    "a record we should ask its holder about, once per agency, feed, record, column and issue",
    ("agency", "feed", "record_id", "column", "issue"),
    (
        *_RECORD,
        _f("kind", "string", "IssueKind"),
        _f("column", "string", "logical column"),
        _f("issue", "string", "Issue"),
        Field("last_stated", "date", "newest delivery that states it", nullable=True, since=4),
        *_DEMAND,
    ),
    title="应当开出的数据核实工单",
)

TICKET_ENTRY = Table(
    "ticket_entry",
    "an entry of the ticket book: a record we ask its holder about",
    ("entry_id",),
    (
        *_ENTRY,
        _f("ticket_id", "string", "keyed digest of agency, record key, column and issue"),
        *_RECORD,
        _f("kind", "string", "IssueKind of the newest line that asks"),
        _f("column", "string", "logical column"),
        _f("issue", "string", "Issue"),
        *_DEMAND,
        Field("status", "string", "TicketState", since=4, default="ASKED"),
        Field("line_no", "int32", "number of lines sent to the holder under the ticket's number", since=4, default=1),
        Field(
            "line",
            "string",
            "TicketEvent of the newest: CHECK, CORRECT, WITHDRAW; of older runs empty, as `kind`",
            since=4,
            default="",
        ),
        Field(
            "line_date",
            "date",
            "day from which an answer answers it; of older runs empty, as `as_of`",
            nullable=True,
            since=4,
        ),
        Field("answer", "string", "TicketEvent of the newest answer, or empty", since=4, default=""),
        Field("answered_on", "date", "day of that answer", nullable=True, since=4),
    ),
    retention="ledger",
    append_only=True,
    title="工单簿",
)

REMINDER = Table(
    "reminder",
    "a reminder stage of a person as a night reached it: a message was written, or why none could be",
    ("notice_id",),
    (
        _f("notice_id", "string", "keyed digest of person, stage and due date"),
        _f("run_no", "int64", "run that reached it; a backfill sends nothing"),
        _f("as_of", "date", "night it was reached"),
        _f("person_no", "int64", "person"),
        _f("stage", "string", "reminder stage"),
        _f("due_date", "date", "last lawful day"),
        _f("obstacle", "string", "Obstacle: why no message was written; empty when one was"),
    ),
    retention="ledger",
    append_only=True,
    title="认证提醒",
)

SENT = Table(
    "sent",
    "a line of tonight's files that waits for an office to answer it or act on it",
    ("case_kind", "number", "county_code"),
    (
        _f("case_kind", "string", "CaseKind"),
        _f("number", "string", "number of the line, as it stands in the file"),
        _f("county_code", "string", "county that it is sent to, or empty"),
        _maybe("person_no", "int64", "person it is about, where known"),
        _f("programme_code", "string", "programme of a proposal, or empty"),
        _f("effect", "string", "effect of a proposal: END, SUSPEND, WITHDRAW, RESUME; or empty"),
        _maybe("until", "date", "last day that the line names for it"),
    ),
    title="当晚等待办理的各行",
)

CASE_EVENT = Table(
    "case_event",
    "something that happened to a case: what came in, went out or was judged; tickets have a book of their own",
    ("event_id",),
    (
        _f("event_id", "string", "keyed digest of all that the event says but the run"),
        _f("case_id", "string", "number of the line, the proposal or the reminder; else a keyed digest of it"),
        _f("case_kind", "string", "CaseKind"),
        _f("event", "string", "CaseEvent"),
        _f("day", "date", "day it happened"),
        _f(
            "actor",
            "string",
            "who signed, by role, as HANDLER:keyed digest, comma separated; NIGHT for what a night judged; or empty",
        ),
        _f("office", "string", "counties it was sent to, comma separated; office of who signed; or empty"),
        _f("cause", "string", "code that says why: loss kind, verdict, answer, stage, obstacle, effect; or empty"),
        _f("about", "string", "what it rests on: claim, record, programme; or empty"),
        _maybe("person_no", "int64", "person, where known"),
        _maybe("until", "date", "last day of the term that it sets, where not the one in the policy"),
        _f("known_from", "int64", "run that entered it"),
    ),
    retention="ledger",
    append_only=True,
    title="事项经过",
)

CASE = Table(
    "case",
    "a case with its state: the fold of its events, and the tickets as their book has them",
    ("case_id",),
    (
        _f("case_id", "string", "case"),
        _f("case_kind", "string", "CaseKind"),
        _f("state", "string", "CaseState, or TicketState of a ticket"),
        _f("since", "date", "day of the event that led to it"),
        _f("owed_by", "string", "Owed: who makes the next move; empty when nobody does"),
        _f("office", "string", "counties that deal with it, comma separated; the agency that holds the record"),
        _maybe("until", "date", "last day of that; empty where no term runs or nobody owes anything"),
        _maybe("person_no", "int64", "person, where known; none of a ticket"),
    ),
    retention="ledger",
    title="各事项现状",
)

RECOVERY = Table(
    "recovery",
    "a record with a confirmed loss: what was paid after it, what came back, what its stop prevented",
    ("person_no", "programme_code", "county_code"),
    (
        _f("person_no", "int64", "person"),
        _f("programme_code", "string", "programme"),
        _f("county_code", "string", "county that pays"),
        _f("loss_kinds", "string", "kinds of the confirmed losses, comma separated, sorted"),
        _maybe("loss_date", "date", "earliest day of those losses that dates them"),
        _f("overpaid_months", "int64", "Figure OVERPAID_MONTHS"),
        _f("overpaid_fen", "int64", "Figure OVERPAID_FEN"),
        _f("returned_fen", "int64", "Figure RETURNED_FEN"),
        _f("recovered_fen", "int64", "Figure RECOVERED_FEN"),
        _f("offset_fen", "int64", "Figure OFFSET_FEN"),
        _f("outstanding_fen", "int64", "Figure OUTSTANDING_FEN"),
        _f("may_offset", "bool", "the rule of programme and loss lets it be settled from the funeral grant"),
        _f("prevented_fen", "int64", "Figure PREVENTED_FEN"),
    ),
    title="多发与追回",
)

AUDIT_SAMPLE = Table(
    "audit_sample",
    "a person certified silently whom the month's sample drew, to be greeted; a backfill draws nobody",
    ("month", "person_no"),
    (
        _f("month", "date", "first day of the month"),
        _f("person_no", "int64", "person"),
        _f("county_code", "string", "county that pays, which greets the person"),
        _f("age_band", "string", "on the night of the sample, empty where no birth date is known"),
        _maybe("pass_date", "date", "event date of the silent pass"),
        _f("run_no", "int64", "run that drew"),
        _f("as_of", "date", "night of that run"),
    ),
    retention="ledger",
    append_only=True,
    title="随机回访样本",
)

FIGURE = Table(
    "figure",
    "a headline figure as a night found it, since the beginning; a backfill writes none",
    ("run_no", "figure"),
    (
        _f("run_no", "int64", "run of kind night"),
        _f("as_of", "date", "night"),
        _f("figure", "string", "Figure"),
        _f("value", "int64", "number, or fen"),
    ),
    retention="ledger",
    append_only=True,
    title="主要数字",
)

COMPARISON = Table(
    "comparison",
    "insured record × negative source: where the reverse comparison ended",
    ("source", "result"),
    (
        _f("source", "string", "negative feed"),
        _f("result", "string", "Comparison"),
        _f("records", "int64", "insured records; their sum over results is the registry"),
    ),
    title="反向比对结果",
)

TABLES: Final = {
    table.name: table
    for table in (
        RECEIVED, DELIVERY, DELIVERY_COUNTY, QUARANTINED, FORMAT_ISSUE, PERSON, ALIAS, FORMER_IDENTITY, ENTITLEMENT,
        LINK, CANDIDATE, ISSUE, PAYMENT, VERDICT, MATCH_ANSWER, OBJECTION, UNUSED_ANSWER, TICKET_REPLY, LIFE_FACT,
        LOSS_FACT, WITHDRAWN, REVIEW, LIFE_STATE, FEED_HEALTH, COMPARISON, CLAIM, DECISION, RESUMPTION,
        PROPOSED_RESUMPTION, EXECUTION_ALARM, RESTORATION, TICKET_WANTED, LISTED, CERTIFICATION_ENTRY, LEAD_ENTRY,
        TICKET_ENTRY, REMINDER, SENT, CASE_EVENT, CASE, RECOVERY, FIGURE, AUDIT_SAMPLE,
    )
}  # fmt: skip
