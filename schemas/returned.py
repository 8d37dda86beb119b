"""Files of ours as they come back: of an outgoing contract and the feed that takes its answers, one declaration.

An outgoing contract says by which feed it is `answered_by`, and of each column which column of that feed it `fills`:
the line's own number, and what the recipient writes. Everything else in the file is ours and is not read again.
"""

from collections.abc import Mapping

from schemas.contract import Column, Contract
from schemas.declaration import DeclarationError


def returned_forms(feed: str, contracts: Mapping[str, Contract]) -> tuple[Contract, ...]:
    """The feed's contract as it reads in each file of ours that comes back by it, in the order of their names."""
    taken = contracts[feed]
    sent = (contract for _, contract in sorted(contracts.items()) if contract.answered_by == feed)
    return tuple(_form(contract, taken) for contract in sent)


def check_returned(contracts: Mapping[str, Contract]) -> None:
    """Raises `DeclarationError` where an outgoing contract and the feed of its answers do not go together."""
    for sent in contracts.values():
        if sent.answered_by:
            if sent.answered_by not in contracts:
                raise DeclarationError(f"contract {sent.feed}: answered_by names no feed: {sent.answered_by}")
            faults = list(_faults(sent, contracts[sent.answered_by]))
            if faults:
                raise DeclarationError(f"contract {sent.feed}: " + "; ".join(faults))


def _faults(sent: Contract, taken: Contract) -> list[str]:
    known = {column.name: column for column in taken.columns}
    filled = {column.fills: column for column in sent.columns if column.fills}
    faults = [f"{taken.feed} has no column {name}" for name in filled if name not in known]
    faults += [
        f"{column.name} is coded and {name} of {taken.feed} is not"
        for name, column in filled.items()
        if column.codes and name in known and not known[name].codes
    ]
    faults += [
        f"{name} is {column.type} and {known[name].type} in {taken.feed}"
        for name, column in filled.items()
        if name in known and column.type != known[name].type
    ]
    if [column.name for column in sent.columns if column.key and not column.fills]:
        faults.append("the number of the line fills no column")
    if not sent.numbered_by and taken.record_key != tuple(c.fills for c in sent.columns if c.key):
        faults.append("numbered_by names no columns that make a record number")
    unknown = [name for name in sent.numbered_by if name not in {c.name for c in sent.columns if c.fills}]
    faults += [f"numbered_by: {name} is not read back" for name in unknown]
    # text that the file lacks is looked up by the line's number; a day or a code is not
    lacking = [c.name for c in taken.columns if c.required and not c.key and c.name not in filled]
    faults += [f"{name} of {taken.feed} is required and filled by no column" for name in lacking if name != "name"]
    return faults


def _form(sent: Contract, taken: Contract) -> Contract:
    fills = {column.name: column.fills for column in sent.columns if column.fills}
    return taken.model_copy(
        update={
            "columns": tuple(_column(column, taken.column(column.fills)) for column in sent.columns if column.fills),
            "answers_to": sent.feed,
            "office_columns": (),
            "numbered_by": tuple(fills[name] for name in sent.numbered_by),
            "ignored_headers": (),
            "trailer": "",
        }
    )


def _column(sent: Column, taken: Column) -> Column:
    """The feed's column under the header that we sent; words of an answer are those of the file's own list."""
    return taken.model_copy(
        update={
            "header": sent.header,
            "codes": sent.codes or taken.codes,
            "format": "yyyy-MM-dd" if taken.type == "date" else "",
            "key": sent.key,
            "required": sent.key or taken.required,
            "pattern": sent.pattern,
        }
    )
