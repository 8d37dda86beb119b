"""The truth beside a simulated province: what its files only tell in part. Written as Parquet under `truth/`."""

from typing import Final

from schemas.table import Field, Kind, Table


def _f(name: str, kind: Kind, description: str) -> Field:
    return Field(name, kind, description)


def _maybe(name: str, kind: Kind, description: str) -> Field:
    return Field(name, kind, description, nullable=True)


PERSON: Final = Table(
    "person",
    "a person of the registry, as she or he stands at the end of the simulated nights",
    ("person_no",),
    (
        _f("person_no", "int64", "the registry's own person number"),
        _f("id_number", "string", "18-character number, valid, or a permit of residents of Hong Kong and Macao"),
        _f("name", "string", "name"),
        _f("sex", "string", "1 male, 2 female"),
        _f("birth_date", "date", "birth date"),
        _f("ethnicity", "string", "by GB/T 3304"),
        _f("county_code", "string", "county that pays"),
        _f("programmes", "string", "programmes with an entitlement, comma separated"),
        _f("is_drawing", "bool", "draws at least one benefit on the first simulated night"),
        _maybe("former_id_number", "string", "number before a change"),
        _maybe("former_name", "string", "name before a change"),
        _maybe("death_date", "date", "day of death, known to nobody by itself"),
        _maybe("custody_from", "date", "first day in custody or prison"),
        _maybe("custody_to", "date", "last day in custody or prison; empty while it lasts"),
        _maybe("emigrated_on", "date", "day the person settled abroad"),
        _f("behaviour", "string", "ORDINARY, TRAVELLER, BEDRIDDEN, ABROAD, PHARMACY_ONLY or NO_TRACE"),
        _f("has_phone", "bool", "can be reached by a mobile number, own or shared"),
        _f("self_certifies", "bool", "certifies by face when reminded"),
        _f("household_no", "int64", "persons with the same number live together and may share a telephone"),
    ),
    retention="identity",
)

SECOND_NUMBER: Final = Table(
    "second_number",
    "a second person number that the registry gave somebody who had one",
    ("person_no",),
    (
        _f("person_no", "int64", "the second number"),
        _f("human_no", "int64", "the first, under which the truth tells of the human"),
    ),
)

PERSON_STATE: Final = Table(
    "person_state",
    "a state of a person while it held, half-open: from_date <= day < to_date; several may hold at once",
    ("person_no", "state", "from_date"),
    (
        _f("person_no", "int64", "person"),
        _f(
            "state",
            "string",
            "ALIVE, DEAD, WANTED, MISSING, IN_CUSTODY, IN_PRISON, SENTENCE_SUSPENDED, ABROAD, BEDRIDDEN, REMARRIED, "
            "ADOPTED, ADULT, EMPLOYED, DRAWING_TWICE, or MOVED",
        ),
        _f("from_date", "date", "first day it held"),
        _maybe("to_date", "date", "first day it no longer held; empty while it lasts"),
    ),
)

RECORD: Final = Table(
    "record",
    "a record that was written into a file, once per file and record number",
    ("feed", "business_date", "file_name", "record_no"),
    (
        _f("feed", "string", "contract it came by"),
        _f("business_date", "date", "date the sender states"),
        _f("file_name", "string", "file it stands in"),
        _f("record_no", "int64", "number of the record in its file, header not counted, from 1"),
        _f("record_id", "string", "the source's own record key"),
        _f("agency", "string", "agency that holds it"),
        _maybe("person_no", "int64", "whose event it is; empty: somebody the registry does not know"),
        _maybe("named_person_no", "int64", "whose number was meant to stand on it, before any dirt"),
        _maybe("event_date", "date", "day of the event, before any dirt"),
        _f("cause", "string", "why it exists"),
        _f("is_exact", "bool", "its number and name are the true person's, untouched by dirt"),
    ),
)

PLANTED: Final = Table(
    "planted",
    "an error planted in a record, or in a whole file (record_no 0)",
    ("feed", "business_date", "file_name", "record_no", "column", "kind", "issue"),
    (
        _f("feed", "string", "contract the record came by"),
        _f("business_date", "date", "date the sender states"),
        _f("file_name", "string", "file it stands in"),
        _f("record_no", "int64", "number of the record in its file, 0 for the whole file"),
        _f("record_id", "string", "the source's own record key, empty for a whole file"),
        _f("column", "string", "logical column, empty where the error is the row's or the file's"),
        _f("kind", "string", "our name of the error"),
        _f("issue", "string", "Issue, QuarantineReason or Rejection that should be raised; empty: none can be"),
        _f("ticket", "string", "CHECK or CORRECT, empty where no ticket is due"),
        _f("recipient", "string", "agency that should hear of it"),
        _maybe("person_no", "int64", "whose event it is"),
        _f("is_declared", "bool", "the product as it stands must ticket it exactly once"),
        _f("fact", "string", "what is wrong: the values written of a person, else the record: one question for each"),
    ),
)

TRUE_DELIVERY: Final = Table(
    "delivery",
    "a file that was sent, or should have been, and what went wrong with it",
    ("feed", "business_date", "file_name", "arrives_on"),
    (
        _f("feed", "string", "contract"),
        _f("business_date", "date", "date the sender states"),
        _f("file_name", "string", "name of the file"),
        _f("mishap", "string", "NONE, LATE, MISSING, … : a mishap of `dirt.yaml`"),
        _f("arrives_on", "date", "first night that finds it in the inbox"),
    ),
)

TRUTH_TABLES: Final = (PERSON, SECOND_NUMBER, PERSON_STATE, RECORD, PLANTED, TRUE_DELIVERY)
