"""All that a run is declared by, as one value: kept with the run, so that its night can be decided again as it was."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipelines.errors import TamperError
from pipelines.home.declared import SCHEMAS, code_tables_of, contracts_of, policy_of, wording_of
from pipelines.storage.receipts import Receipt
from schemas.agreement import Rulebook
from schemas.code_tables import CodeRow, CodeTables
from schemas.contract import Contract
from schemas.policy import Policy
from schemas.wording import Wording, kept_wording, read_wording

FOLDER = "declared"


@dataclass(frozen=True, slots=True)
class Declarations:
    contracts: dict[str, Contract]
    code_tables: CodeTables
    policy: Policy
    wording: Wording

    @property
    def rulebook(self) -> Rulebook:
        """Without the sentences, which decide no row."""
        return Rulebook(self.contracts, self.code_tables, self.policy)

    def content(self) -> bytes:
        """One JSON document, equal for equal declarations."""
        return json.dumps(self._parts(), ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"

    @property
    def file_name(self) -> str:
        """Named by its digest: runs that were declared alike share one file."""
        return f"{sha256(self.content()).hexdigest()}.json"

    def changes_since(self, earlier: "Declarations") -> tuple[str, ...]:
        """Names of the contracts, code lists, policy keys and files of sentences that differ, sorted."""
        ours, theirs = self._parts(), earlier._parts()
        return tuple(
            f"{part}/{name}"
            for part in sorted(ours)
            for name in sorted({*ours[part], *theirs[part]})
            if ours[part].get(name) != theirs[part].get(name)
        )

    def _parts(self) -> dict[str, dict[str, Any]]:
        rows = self.code_tables.rows
        return {
            "contracts": {name: one.model_dump(mode="json") for name, one in self.contracts.items()},
            "code_lists": {name: [row.model_dump(mode="json") for row in rows[name]] for name in rows},
            "policy": self.policy.model_dump(mode="json"),
            "wording": self.wording.model_dump(mode="json"),
        }


def declarations_of(home: Path) -> Declarations:
    """The declarations a home has today."""
    return Declarations(contracts_of(home), code_tables_of(home), policy_of(home), wording_of(home))


def declarations_kept(lake: Path, receipt: Receipt) -> Declarations | None:
    """The declarations of a past run; None for one of a format that kept none.

    Raises `TamperError` when they are not what was committed.
    """
    for file in receipt.files.get(FOLDER, ()):
        path = lake / file.path
        content = path.read_bytes() if path.is_file() else b""
        if sha256(content).hexdigest() != file.bytes_sha256:
            raise TamperError(
                f"run {receipt.number}: {file.path} is not what was committed; `silentcert verify` says more"
            )
        return _parsed(json.loads(content))
    return None


def _parsed(parts: dict[str, Any]) -> Declarations:
    lists = {name: tuple(CodeRow(**row) for row in rows) for name, rows in parts["code_lists"].items()}
    return Declarations(
        contracts={name: Contract.model_validate(one) for name, one in parts["contracts"].items()},
        code_tables=CodeTables(lists),
        policy=Policy.model_validate(parts["policy"]),
        wording=kept_wording(parts["wording"], read_wording([SCHEMAS / "wording"])),
    )
