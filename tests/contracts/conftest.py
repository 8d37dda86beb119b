"""The contracts and code lists as they ship."""

import pytest

from schemas.code_tables import CodeTables, read_code_tables
from schemas.contract import Contract, read_contracts
from schemas.emit.to_markdown import SCHEMAS

CONTRACTS = read_contracts([SCHEMAS / "contracts"])


@pytest.fixture(params=sorted(CONTRACTS))
def contract(request: pytest.FixtureRequest) -> Contract:
    return CONTRACTS[request.param]


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    return CONTRACTS


@pytest.fixture(scope="session")
def code_tables() -> CodeTables:
    return read_code_tables()
