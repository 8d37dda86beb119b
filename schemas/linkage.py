"""Permitted use of links, as data: `schemas/policy/linkage.yaml`.

Three things are not for a province to change: a record under a person's own number and name acts, or one of which a
human has said whose it is; of persons the matcher does not tell apart none is acted upon; and a likeness never acts
alone for loss.
"""

from typing import Final

from pydantic import field_validator

from schemas.codes import Consequence, LinkUse, MatchTier
from schemas.contract import Declared
from schemas.declaration import DeclarationError

Uses = dict[MatchTier, dict[Consequence, LinkUse]]
_UNDECIDED: Final = (MatchTier.PROBABLE, MatchTier.AMBIGUOUS, MatchTier.NONE)
_OWN: Final = (MatchTier.CONFIRMED, MatchTier.EXACT)
_ON_A_LINK: Final = (LinkUse.ACT, LinkUse.SUSPECT)


class Linkage(Declared):
    """`uses`: every tier × consequence. `priors`: by feed, above zero and below one."""

    uses: Uses
    priors: dict[str, float]

    @field_validator("uses")
    @classmethod
    def _is_lawful(cls, uses: Uses) -> Uses:
        absent = [f"{tier}/{kind}" for tier in MatchTier for kind in Consequence if kind not in uses.get(tier, {})]
        if absent:
            raise ValueError(f"nothing is said of {', '.join(absent)}")
        if any(use in _ON_A_LINK for tier in _UNDECIDED for use in uses[tier].values()):
            raise ValueError("a record that is tied to nobody cannot act")
        if any(use is not LinkUse.ACT for tier in _OWN for use in uses[tier].values()):
            raise ValueError("a record under a person's own number and name acts")
        if uses[MatchTier.STRONG][Consequence.LOSS] is LinkUse.ACT:
            raise ValueError("a link by likeness cannot act alone for loss")
        return uses

    @field_validator("priors")
    @classmethod
    def _are_shares(cls, priors: dict[str, float]) -> dict[str, float]:
        if any(not 0 < prior < 1 for prior in priors.values()):
            raise ValueError("a prior lies between 0 and 1 and is neither")
        return priors

    def prior(self, feed: str) -> float:
        if feed not in self.priors:
            raise DeclarationError(f"policy linkage: no prior for feed {feed}; add the share of its insured persons")
        return self.priors[feed]
