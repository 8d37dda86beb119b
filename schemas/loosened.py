"""Protection of persons that a home's own declarations take away: lawful, and never without a word.

A rule may be switched off by a narrower list, a larger limit or another meaning of a code. None of it is refused, since
a province may know better; all of it is named by `silentcert check`.
"""

from collections.abc import Iterator
from typing import Final

from schemas.agreement import Rulebook
from schemas.policy import Policy

# limits that protect a person, or keep a night from leaning on too little
_WEAKER_ABOVE: Final = ("grace_days", "run_health.max_quarantined_share", "run_health.max_other_name_share",
                        "run_health.silent_rows")  # fmt: skip
_WEAKER_BELOW: Final = ("due_soon_days", "run_health.min_volume_share", "run_health.min_event_share",
                        "run_health.untold_days", "audit.size")  # fmt: skip


def loosened(declared: Rulebook, shipped: Rulebook) -> list[str]:
    """Sentences, one per rule that a home made weaker than ours, each with its file and key."""
    own, ours = declared.policy, shipped.policy
    return [
        *_of_contradictions(own, ours),
        *_of_signs(own, ours),
        *_of_limits(own, ours),
        *_of_links(own, ours),
        *_of_codes(declared, shipped),
    ]


def _of_contradictions(own: Policy, ours: Policy) -> Iterator[str]:
    """A sign told since the day of the event itself contradicts more than one told after it."""
    kept = _contradicting(own)
    for (kind, signal), rule in sorted(_contradicting(ours).items()):
        now = kept.get((kind, signal), "NEVER")
        if now != rule and (rule, now) != ("AFTER", "SINCE"):
            yield f"rules.yaml: contradictions: a sign of class {signal} contradicts {kind} {now}, and {rule} in ours"


def _contradicting(policy: Policy) -> dict[tuple[str, str], str]:
    rows = policy.contradiction_rows().to_pylist()
    return {(row["loss_kind"], row["signal_class"]): row["rule"] for row in rows if row["rule"] != "NEVER"}


def _of_signs(own: Policy, ours: Policy) -> Iterator[str]:
    """A, B, C, D: the later the letter, the less a sign counts; one that is none any more counts least."""
    for sign in ours.signals:
        for qualifier in sign.qualifiers:
            rows = own.rows_for(sign.feed, sign.event_code, qualifier)
            now = min((str(getattr(row, "signal_class", "no sign")) for row in rows), default="no sign")
            if now > str(sign.signal_class):
                about = f"{sign.feed} {sign.event_code} {qualifier or repr('')}"
                before = f"class {sign.signal_class} in ours"
                yield f"signals.yaml, losses.yaml or ignored.yaml: {about} is {now}, and {before}"


def _of_limits(own: Policy, ours: Policy) -> Iterator[str]:
    for sign, keys in ((1, _WEAKER_ABOVE), (-1, _WEAKER_BELOW)):
        for key in keys:
            now, before = _value(own, key), _value(ours, key)
            if sign * now > sign * before:
                yield f"rules.yaml: {key}: {now:g}, and {before:g} in ours"
    for group, days in sorted(ours.reply_windows.items()):
        if own.reply_windows.get(group, 0) < days:
            now = own.reply_windows.get(group, 0)
            yield f"rules.yaml: reply_windows: {group}: {now} working days, and {days} in ours"
    for name in ours.lifelong_programmes:
        if name not in own.lifelong_programmes:
            yield f"rules.yaml: lifelong_programmes: {name} is in ours alone; alive after it ended is no alarm"
    stages = {notice.stage: notice.days_before for notice in own.notices}
    for notice in ours.notices:
        if stages.get(notice.stage, 0) < notice.days_before:
            now = stages.get(notice.stage, 0)
            yield f"rules.yaml: notices: {notice.stage}: {now} days before, and {notice.days_before} in ours"


def _value(policy: Policy, key: str) -> float:
    value: object = policy
    for part in key.split("."):
        value = getattr(value, part)
    return float(value)  # type: ignore[arg-type]


def _of_links(own: Policy, ours: Policy) -> Iterator[str]:
    for tier, uses in sorted(ours.linkage.uses.items()):
        for consequence, use in sorted(uses.items()):
            now = own.linkage.uses[tier][consequence]
            if now != use:
                yield f"linkage.yaml: uses: {tier}: {consequence}: {now}, and {use} in ours"


def _of_codes(declared: Rulebook, shipped: Rulebook) -> Iterator[str]:
    """A sender's own numbering is data; a code that ours know already, with another meaning, is worth a look."""
    for table in shipped.code_tables.tables:
        before, now = shipped.code_tables.canonical(table), declared.code_tables.canonical(table)
        for code in sorted(before):
            if now[code] != before[code]:
                yield f"code_lists/{table}.yaml: {code} means {now[code]}, and {before[code]} in ours"
