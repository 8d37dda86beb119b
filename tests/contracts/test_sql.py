"""SQL that our libraries build, word for word: versions of sqlglot have broken it, hence its bound."""

import ibis
import sqlglot as sg
import sqlglot.expressions as sge


def test_a_view_is_dropped_by_its_name():
    drop = sge.Drop(kind="VIEW", this=sg.table("kept", quoted=True), exists=True)
    assert drop.sql("duckdb") == 'DROP VIEW IF EXISTS "kept"'


def test_the_newest_of_a_key_is_one_window():
    rows = ibis.table({"key": "int64", "day": "date"}, name="rows")
    place = ibis.row_number().over(group_by="key", order_by=[rows.day.desc(nulls_first=False)])
    sql = ibis.to_sql(rows.mutate(place=place).filter(lambda t: t.place == 0), dialect="duckdb")
    assert " ".join(sql.split()) == (
        'SELECT * FROM ( SELECT "t0"."key", "t0"."day", '
        'ROW_NUMBER() OVER ( PARTITION BY "t0"."key" ORDER BY "t0"."day" DESC '
        'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING ) - 1 AS "place" '
        'FROM "rows" AS "t0" ) AS "t1" WHERE "t1"."place" = 0'
    )
