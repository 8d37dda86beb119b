"""What must hold of every contract that ships."""

import re

from schemas.code_tables import CodeTables
from schemas.contract import Contract

EVIDENCE = {"record_id", "name", "id_number", "event_code", "qualifier_code", "event_date"}
OFFICERS = {"handler", "reviewer", "approver", "handled_by"}
PERSONAL = {"id_number", "name", "former_id_number", "former_name", "phone", "address"} | OFFICERS
NEVER_STORED = {"diag_name", "dise_name", "drug_name", "seat_no", "train_no", "death_cause", "罪名", "vaccine_name"}
CHINESE = re.compile("[\u4e00-\u9fff]")
LATIN_WORD = re.compile(r"\b[a-z]{3,}\b", re.ASCII)  # codes such as GB18030 may stand among the Chinese
DATE_FORMATS = {"yyyyMMdd", "yyyy-MM-dd", "yyyy/M/d", "yyyy-MM-dd HH:mm:ss", "epoch_ms"}


def test_every_fixed_feed_has_one(contracts: dict[str, Contract]) -> None:
    incoming = {feed for feed, contract in contracts.items() if contract.role != "outgoing"}
    assert incoming == {
        "registry", "payments", "population_register", "transport", "vaccination", "nucleic_acid", "medical",
        "civil_affairs", "health", "public_security", "justice", "self_certification", "field_visit",
        "service_request", "verification", "replies", "request_results",
    }  # fmt: skip


def test_every_code_table_exists(contract: Contract, code_tables: CodeTables) -> None:
    for column in contract.columns:
        if column.codes:
            assert code_tables.names(column.codes)


def test_every_code_fits_its_column(contract: Contract, code_tables: CodeTables) -> None:
    for column in contract.columns:
        longest = max(map(len, code_tables.canonical(column.codes)), default=0) if column.codes else 0
        assert longest <= column.max_length, column.name


def test_a_boolean_reads_the_flag_list(contract: Contract, code_tables: CodeTables) -> None:
    for column in contract.columns:
        if column.type == "boolean":
            assert set(code_tables.names(column.codes)) == {"true", "false"}


def test_every_date_says_how_it_is_written(contract: Contract) -> None:
    for column in contract.columns:
        assert bool(column.format) == (column.type == "date"), column.name


def test_there_is_a_key_and_it_is_required(contract: Contract) -> None:
    assert contract.record_key
    assert all(contract.column(name).required for name in contract.record_key)


def test_evidence_has_its_columns(contract: Contract) -> None:
    if contract.role in ("evidence", "population"):
        assert {column.name for column in contract.columns} | set(contract.constants) >= EVIDENCE


def test_i15_offices_read_a_contract_in_chinese_and_engineers_in_english(contract: Contract) -> None:
    assert CHINESE.search(contract.title)
    unclear = {
        about
        for about, text in [("purpose", contract.purpose), *((one.name, one.description) for one in contract.columns)]
        for chinese, _, english in [text.partition(" / ")]
        if not CHINESE.search(chinese) or LATIN_WORD.search(chinese) or not LATIN_WORD.search(english)
    }
    assert unclear == set()


def test_a_constant_never_shadows_a_column(contract: Contract) -> None:
    assert not {column.name for column in contract.columns} & set(contract.constants)


def test_an_ignored_header_is_not_used(contract: Contract) -> None:
    assert not {column.header for column in contract.columns} & set(contract.ignored_headers)


def test_what_names_a_person_is_kept_as_identity(contract: Contract) -> None:
    for column in contract.columns:
        if column.name in PERSONAL:
            assert (column.sensitivity, column.retention) == ("personal", "identity"), column.name


def test_what_nobody_needs_is_left_behind(contract: Contract) -> None:
    assert not NEVER_STORED & {column.header for column in contract.columns}


def test_workbooks_are_small(contract: Contract) -> None:
    if contract.file_format == "xlsx":
        assert contract.volume.maximum <= 20_000


def test_physical_shapes_are_as_varied_as_the_senders(contracts: dict[str, Contract]) -> None:
    incoming = [contract for contract in contracts.values() if contract.role != "outgoing"]
    assert {contract.file_format for contract in incoming} == {"csv", "csv.gz", "zip", "xlsx", "parquet"}
    assert {contract.encoding for contract in incoming} == {"utf-8", "utf-8-sig", "gb18030"}
    assert {column.format for contract in incoming for column in contract.columns} == {"", *DATE_FORMATS}


def test_a_reply_comes_back_under_the_headers_it_went_out_with(contracts: dict[str, Contract]) -> None:
    sent, back = contracts["discrepancy"], contracts["replies"]
    assert {column.header for column in back.columns} | set(back.ignored_headers) == {c.header for c in sent.columns}
    assert all(column.header == sent.column(column.name).header for column in back.columns)


def test_public_security_gets_the_same_list_in_its_own_encoding(contracts: dict[str, Contract]) -> None:
    common, own = contracts["discrepancy"], contracts["discrepancy_public_security"]
    assert (own.columns, own.encoding) == (common.columns, "gb18030")
