"""A province of N persons and M events for one night, by formula: big enough to time, too plain to prove anything.

    python benchmarks/province.py HOME PERSONS EVENTS

Nobody in it exists. What is proved about accuracy is proved elsewhere, on invented persons whose story is known.
"""

import json
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import polars as pl

from matchers.numbers import check_character

DAY = "2024-03-18"
COUNTIES = ["621022", "620102", "622926", "620524", "622921"]
SURNAMES = list("王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗")
GIVEN = list("秀英桂兰玉珍凤建国华德明军志光和平芳梅强斌")


def persons(count: int) -> pl.DataFrame:
    """person_no, id_number, name, sex, birth_date (text), county."""
    n = pl.int_range(count, eager=True).alias("n")
    frame = n.to_frame().with_columns(
        day=pl.date(1934, 1, 1) + pl.duration(days=pl.col("n") * 7 % 9000),
        county=pl.lit(pl.Series(COUNTIES)).gather(pl.col("n") % 5),
        sequence=pl.col("n") // 9000 % 1000,
        area=pl.lit(pl.Series(COUNTIES)).gather(pl.col("n") // 9000 // 1000 % 5),
    )
    body = pl.concat_str("area", pl.col("day").dt.strftime("%Y%m%d"), pl.col("sequence").cast(pl.String).str.zfill(3))
    frame = frame.with_columns(body=body).with_columns(id_number=pl.col("body") + check_character(pl.col("body")))
    return frame.select(
        person_no=pl.col("n") + 1,
        id_number="id_number",
        name=pl.concat_str(_pick(SURNAMES, 1), _pick(GIVEN, 20), _pick(GIVEN, 400)),
        sex=pl.when(pl.col("sequence") % 2 == 1).then(pl.lit("1")).otherwise(pl.lit("2")),
        birth_date=pl.col("day").dt.strftime("%Y%m%d"),
        county="county",
    )


def _pick(characters: list[str], stride: int) -> pl.Expr:
    return pl.lit(pl.Series(characters)).gather(pl.col("n") // stride % len(characters))


def registry(people: pl.DataFrame) -> pl.DataFrame:
    fixed = {"AAC058": "01", "AAC005": "01", "AAE140": "170", "AAE116": "1", "AIC160": "20150601", "AIC263": "13266"}
    empty = dict.fromkeys(("AAC067", "AAC010", "BAC147", "BAC003"), "")
    return people.select(
        pl.col("person_no").alias("AAC001"),
        pl.col("id_number").alias("AAC147"),
        pl.col("name").alias("AAC003"),
        pl.col("sex").alias("AAC004"),
        pl.col("birth_date").alias("AAC006"),
        pl.col("county").alias("AAA027"),
        *(pl.lit(value).alias(name) for name, value in fixed.items()),
        *(pl.lit(value).alias(name) for name, value in empty.items()),
        pl.lit("0").alias("BAC001"),
    )


def events(people: pl.DataFrame, count: int) -> dict[str, pl.DataFrame]:
    """Half medical settlements, a fifth vaccinations, the rest journeys; every fifth person twice."""
    chosen = people.gather(pl.int_range(count, eager=True) * 3 % people.height).with_row_index("r")
    when = (pl.date(2023, 9, 1) + pl.duration(days=pl.col("r") * 11 % 190)).dt.strftime("%Y-%m-%d")
    chosen = chosen.with_columns(when=when, key=pl.col("r").cast(pl.String), share=pl.col("r") % 10)
    clock = pl.col("when") + " 09:30:00"
    medical = chosen.filter(pl.col("share") < 5).select(
        setl_id=pl.lit("S") + pl.col("key"), psn_name="name", certno="id_number", gend="sex",
        brdy=pl.col("birth_date").str.to_date("%Y%m%d").dt.strftime("%Y-%m-%d"),
        med_type=pl.lit(pl.Series(["11", "41", "21"])).gather(pl.col("r") % 3),
        dscg_way=pl.when(pl.col("r") % 3 == 2).then(pl.lit("1")).otherwise(pl.lit("")),
        begndate=clock, enddate=clock, setl_time=clock, insuplc_admdvs="county", refd_setl_flag=pl.lit("0"),
    )  # fmt: skip
    vaccination = chosen.filter(pl.col("share").is_between(5, 6)).select(
        vaccination_id=pl.lit("V") + pl.col("key"), person_name="name", id_card="id_number", gender="sex",
        birthday=pl.col("birth_date").str.to_date("%Y%m%d").dt.strftime("%Y-%m-%d 00:00:00"),
        vaccinate_time=clock, create_time=clock, unit_region="county", is_deleted=pl.lit("0"),
    )  # fmt: skip
    transport = chosen.filter(pl.col("share") > 6).select(
        order_id=pl.lit("T") + pl.col("key"), passenger_name="name", cert_no="id_number", transport_type=pl.lit("1"),
        ticket_state=pl.lit("1"), travel_date="when", check_in_date="when", board_county="county",
    )  # fmt: skip
    return {"medical": medical, "vaccination": vaccination, "transport": transport}


def write(home: Path, feed: str, frame: pl.DataFrame) -> None:
    folder = home / "inbox" / feed / DAY
    folder.mkdir(parents=True, exist_ok=True)
    text = frame.write_csv(line_terminator="\n")
    content = text.encode("gb18030" if feed == "registry" else "utf-8")
    if feed == "transport":
        with zipfile.ZipFile(folder / "transport.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("transport.csv", content)
        return
    path = folder / f"{feed}.csv"
    path.write_bytes(content)
    manifest = {"rows": frame.height, "sha256": sha256(content).hexdigest()}
    path.with_name(path.name + ".manifest.json").write_text(json.dumps(manifest))


def main(home: Path, count: int, events_count: int) -> None:
    people = persons(count)
    write(home, "registry", registry(people))
    for feed, frame in events(people, events_count).items():
        write(home, feed, frame)
    (home / "policy").mkdir(exist_ok=True)
    (home / "policy" / "secret.key").write_text("00" * 32 + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
