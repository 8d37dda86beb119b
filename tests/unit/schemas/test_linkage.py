"""What a link may do is said for every feed, tier and consequence, and cannot be loosened beyond the law."""

from pathlib import Path
from shutil import copytree

import pytest
import yaml

import schemas
from schemas.codes import Consequence, LinkUse, MatchTier
from schemas.contract import read_contracts
from schemas.declaration import DeclarationError
from schemas.overlay import read_policy
from schemas.policy import Policy
from tests.derived import shipped_policy

SHIPPED = Path(schemas.__file__).parent
TIED = {"CONFIRMED", "EXACT", "STRONG"}


@pytest.fixture
def shipped() -> Policy:
    return shipped_policy()


def test_every_feed_whose_records_are_tied_to_persons_has_a_prior(shipped: Policy) -> None:
    tied = {c.feed for c in read_contracts([SHIPPED / "contracts"]).values() if c.role in ("population", "evidence")}
    assert set(shipped.linkage.priors) == tied


def test_every_tier_has_a_use_for_every_consequence(shipped: Policy) -> None:
    assert set(shipped.linkage.uses) == set(MatchTier)
    assert all(set(uses) == set(Consequence) for uses in shipped.linkage.uses.values())


def test_a_likeness_opens_a_suspected_lead_and_certifies(shipped: Policy) -> None:
    def tiers(consequence: Consequence, use: LinkUse) -> set[str]:
        return {tier.value for tier, uses in shipped.linkage.uses.items() if uses[consequence] == use}

    assert tiers(Consequence.LOSS, LinkUse.ACT) == {"CONFIRMED", "EXACT"}
    assert tiers(Consequence.LOSS, LinkUse.SUSPECT) == {"STRONG"}
    assert tiers(Consequence.LOSS, LinkUse.REVIEW) == {"PROBABLE", "AMBIGUOUS"}
    assert tiers(Consequence.LIFE, LinkUse.ACT) == TIED


@pytest.mark.parametrize(
    ("record", "consequence"),
    [
        (("medical", "INPATIENT", "DEAD"), "LOSS"),
        (("medical", "INPATIENT", "ALIVE"), "LIFE"),
        (("medical", "INPATIENT", "IN_HOSPITAL"), "OTHER"),
        (("public_security", "CUSTODY", ""), "LOSS"),
        (("public_security", "ID_CARD_ISSUED", ""), "LIFE"),
        (("population_register", "ACTIVE", ""), "OTHER"),
        (("weather", "RAIN", ""), "OTHER"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else value,
)
def test_what_a_record_would_cause_is_its_own_and_not_its_feeds(
    shipped: Policy, record: tuple[str, str, str], consequence: str
) -> None:
    assert shipped.consequence_of(*record) == consequence


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"uses": {"STRONG": {"LOSS": "ACT"}}}, "cannot act alone for loss"),
        ({"uses": {"AMBIGUOUS": {"LIFE": "ACT"}}}, "tied to nobody cannot act"),
        ({"uses": {"NONE": {"OTHER": "SUSPECT"}}}, "tied to nobody cannot act"),
        ({"uses": {"EXACT": {"LIFE": "KEEP"}}}, "own number and name acts"),
        ({"priors": {"health": 1.0}}, "between 0 and 1"),
    ],
    ids=["strong loss", "ambiguous life", "nobody", "own number", "certainty"],
)
def test_a_province_cannot_loosen_the_law(tmp_path: Path, change: dict[str, dict], rule: str) -> None:
    with pytest.raises(DeclarationError, match=rule):
        read_policy([SHIPPED / "policy", _local(tmp_path, change)])


def test_a_tier_nothing_is_said_of_is_named(tmp_path: Path) -> None:
    alone = Path(copytree(SHIPPED / "policy", tmp_path / "policy"))
    _local(alone, {}, without="STRONG")
    with pytest.raises(DeclarationError, match="STRONG/LOSS, STRONG/LIFE, STRONG/OTHER"):
        read_policy([alone])


def test_a_tier_that_a_province_does_not_write_stays_ours(tmp_path: Path, shipped: Policy) -> None:
    local = _local(tmp_path, {}, without="STRONG")
    assert read_policy([SHIPPED / "policy", local]).linkage.uses == shipped.linkage.uses


@pytest.mark.parametrize(
    ("uses", "place"),
    [
        ({"P3": {"LOSS": "ACT"}}, r"uses\.P3.*'CONFIRMED', 'EXACT', 'STRONG', 'PROBABLE', 'AMBIGUOUS' or 'NONE'"),
        ({"STRONG": {"DEATH": "ACT"}}, r"uses\.STRONG\.DEATH.*'LOSS', 'LIFE' or 'OTHER'"),
        ({"STRONG": {"LOSS": "STOP"}}, r"uses\.STRONG\.LOSS.*'ACT', 'SUSPECT', 'REVIEW' or 'KEEP'"),
    ],
    ids=["a pass for a tier", "consequence", "use"],
)
def test_a_code_that_does_not_exist_is_refused_with_its_place(
    tmp_path: Path, uses: dict[str, dict[str, str]], place: str
) -> None:
    with pytest.raises(DeclarationError, match=place):
        read_policy([SHIPPED / "policy", _local(tmp_path, {"uses": uses})])


def test_a_feed_without_a_prior_is_named(shipped: Policy) -> None:
    with pytest.raises(DeclarationError, match="no prior for feed weather"):
        shipped.linkage.prior("weather")


def _local(folder: Path, change: dict[str, dict], *, without: str = "") -> Path:
    policy = yaml.safe_load((SHIPPED / "policy" / "linkage.yaml").read_text(encoding="utf-8"))
    policy["priors"] |= change.get("priors", {})
    for tier, uses in change.get("uses", {}).items():
        policy["uses"].setdefault(tier, {}).update(uses)
    policy["uses"].pop(without, None)
    (folder / "linkage.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
    return folder
