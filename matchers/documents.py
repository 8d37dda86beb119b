"""Documents other than the identity card: passports, officers' cards, permits of people from Hong Kong, Macao, Taiwan.

Nothing inside such a number can be checked, so it is compared whole, with its kind and the name. A kind that one side
does not state fits every kind. In the index a document stands where a number stands, as a negative whole number, so
that a document is found by the same passes and never meets an identity number.
"""

from hashlib import sha256
from typing import Final

import polars as pl

# `id_type` of documents with numbers of their own; driving licences and hukou books bear the identity number
_KINDS: Final = ("03", "04", "06", "07")
_IDENTITY_CARD: Final = "01"
_UNSTATED: Final = ""
# passports, permits of residents of Hong Kong and Macao, residence cards of foreigners: no identity number looks so
_UNMISTAKABLE: Final = (
    r"^([A-Z]{1,2}[0-9]{6,10}|[A-Z]{3}[0-9]{12}|\p{Han}{1,3}字第[0-9]+号?|[A-Z]{1,2}[0-9]{6}\([0-9A]\))$"
)
# other passports: letters among digits, and not only the X that ends an identity number
_MIXED: Final = r"^[0-9A-Z]*[A-WYZ][0-9A-Z]*$"
_LONGEST_MIXED: Final = 12
_WRITTEN: Final = r"^[\p{Han}A-Z]{0,4}[0-9A-Z]{5,20}$"
_FEWEST_DIGITS: Final = 4
_SEPARATORS: Final = r"[\p{P}\p{S}第号]"
# the last two digits count how often the permit was renewed, of Hong Kong and Macao (H, M) and of Taiwan
_RENEWED_PERMIT: Final = r"^([HM]?[0-9]{8})[0-9]{2}$"
_BITS: Final = 62


def is_other_document(number: pl.Expr, id_type: pl.Expr) -> pl.Expr:
    """Whether a cleaned number is that of another document: its kind says so, or it can be nothing else."""
    is_stated = ~id_type.is_in([_UNSTATED, _IDENTITY_CARD])
    written = number.str.to_uppercase()
    digits, length = written.str.count_matches("[0-9]"), written.str.len_chars()
    is_mixed = written.str.contains(_MIXED) & (digits >= _FEWEST_DIGITS) & (length <= _LONGEST_MIXED)
    return is_stated | ((id_type == _UNSTATED) & (written.str.contains(_UNMISTAKABLE) | is_mixed))


def document_key(number: pl.Series, id_type: pl.Series) -> pl.Series:
    """Key of each document, a negative int64 of number and kind; null where the number cannot be that of a document."""
    plain = _plain_number(number)
    kinds = [kind if kind in _KINDS else _UNSTATED for kind in id_type]
    keys = [_key(text, kind) if text else None for text, kind in zip(plain, kinds, strict=True)]
    return pl.Series("document", keys, dtype=pl.Int64)


def fitting_keys(documents: pl.DataFrame) -> pl.DataFrame:
    """person_no, body: every further key that a record of the same document can have, of registered documents.

    `documents` are person_no, number, id_type.
    """
    written = documents.with_columns(number=_plain_number(documents["number"])).filter(pl.col("number") != "")
    found = [
        (person_no, _key(number, kind))
        for person_no, number, own in written.select("person_no", "number", "id_type").iter_rows()
        for kind in ((_UNSTATED,) if own in _KINDS else _KINDS)
    ]
    return pl.DataFrame(found, {"person_no": documents.schema["person_no"], "body": pl.Int64}, orient="row")


def _plain_number(number: pl.Series) -> pl.Series:
    """Capitals and digits, without separators and counts of renewals; empty where it is not like a document's."""
    text = number.str.to_uppercase().str.replace_all(_SEPARATORS, "").str.replace(_RENEWED_PERMIT, "$1")
    is_number = text.str.contains(_WRITTEN) & (text.str.count_matches("[0-9]") >= _FEWEST_DIGITS)
    is_one_digit = text.str.contains("^[A-Z]*(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+)$")
    return text.zip_with((is_number & ~is_one_digit).fill_null(False), pl.Series([""]))


def _key(number: str, kind: str) -> int:
    """Beyond every identity number of 17 digits: of 33 million documents no two are expected to share a key."""
    digest = sha256(f"{kind}\0{number}".encode()).digest()
    return -(int.from_bytes(digest[:8]) >> (64 - _BITS)) - 10**18
