"""Names in several scripts, each with the Latin letters its bearer uses for a login."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

#: Latin letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


def letters(text: str) -> str:
    """`text` in lower-case a-z and digits, everything else left out; empty for a text in another script."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return "".join(each for each in plain if each.isascii() and each.isalnum())


@dataclass(frozen=True)
class Name:
    """A name as it is written, and in Latin letters."""

    text: str
    latin: str


@dataclass(frozen=True)
class Culture:
    """The names that one family may draw from; `weight` says how common such families are at the school."""

    weight: int
    family: tuple[Name, ...]
    female: tuple[Name, ...]
    male: tuple[Name, ...]


def _names(text: str) -> tuple[Name, ...]:
    """Read `Name, Name=latin, ...`: the Latin form follows where the name itself does not show it."""
    names = []
    for each in text.split(","):
        written, _, latin = each.strip().partition("=")
        names.append(Name(unicodedata.normalize("NFC", written), latin or letters(written)))
    return tuple(names)


def _culture(weight: int, family: str, female: str, male: str) -> Culture:
    return Culture(weight, _names(family), _names(female), _names(male))


CULTURES = (
    _culture(
        24,
        "O'Brien, Baker, Carter, D'Arcy, Fitzgerald, Graham, Hughes, Kelly, MacLeod, Owens, Parker-Reed,"
        " Shaw, St. John, Turner, Walsh, Ó Murchú, Bennett, Cole, Dawson, Everett, Foster, Gibbs, Kendall,"
        " Lowe, Mercer, Norton",
        "Abigail, Charlotte, Emma, Grace, Hannah, Isla, Lucy, Maeve, Olivia, Ruby, Siân, Zoë, Freya, Niamh",
        "Adam, Benjamin, Connor, Dylan, Ethan, Finn, George, Henry, Jack, Liam, Noah, Oscar, Samuel, Seán",
    ),
    _culture(
        11,
        "García, Núñez, Peña, Ibáñez, López de la Torre, Muñoz, Vega, Jiménez, Ordóñez, Castro, Rincón",
        "Sofía, Lucía, Inés, Begoña, Carmen, Paula, Itziar, Noemí",
        "Andrés, Íñigo, Martín, Joaquín, Pablo, Raúl, Tomás, Óscar",
    ),
    _culture(
        7,
        "Lefèvre, Noël, Béranger, Chevalier, Dupré, L'Hôte, Garçon, Maître",
        "Chloé, Éloïse, Hélène, Maëlle, Françoise, Zoé",
        "André, Benoît, François, Gaël, Jérôme, Loïc",
    ),
    _culture(
        7,
        "Müller, Groß, Schäfer, Köhler, von der Heide, Böhm, Jäger, Weiß",
        "Käthe, Anneliese, Greta, Jördis, Lena, Ulrike",
        "Jürgen, Björn, Lukas, Matthäus, Sönke, Till",
    ),
    _culture(
        6,
        "Åström, Øvergård, Sjöberg, Lindqvist, Þórsson, Hæstad, Mäkelä, Nygård",
        "Åsa, Solveig, Ragnhild, Päivi, Þóra, Linnéa",
        "Håkon, Jørgen, Leif, Søren, Väinö, Ægir",
    ),
    _culture(
        6,
        "Nowak, Dvořák, Wójcik, Novák, Kováč, Szczęsny, Říha, Żuraw",
        "Agnieszka, Božena, Łucja, Zuzana, Kateřina, Małgorzata",
        "Jiří, Łukasz, Ondřej, Paweł, Tomáš, Zbigniew",
    ),
    _culture(
        5, "Yıldız, Çelik, Öztürk, Şahin, Güneş, Aydın", "Ayşe, İpek, Gülşen, Elif", "Çağrı, Emre, Ömer, Işık"
    ),
    _culture(
        6,
        "Nguyễn, Trần, Phạm, Đặng, Lê, Võ",
        "Hương, Ngọc Ánh, Thảo, Linh",
        "Đức, Minh Khôi, Quốc Bảo, Tuấn",
    ),
    _culture(
        5,
        "Παπαδάκη=papadaki, Νικολάου=nikolaou, Γεωργίου=georgiou, Θεοδώρου=theodorou, Οικονόμου=oikonomou",
        "Ελένη=eleni, Μαρία=maria, Ζωή=zoi, Άννα=anna",
        "Γιώργος=giorgos, Νίκος=nikos, Κώστας=kostas, Άγγελος=angelos",
    ),
    _culture(
        6,
        "Шевченко=shevchenko, Коваленко=kovalenko, Черных=chernykh, Жук=zhuk, Їжак=yizhak, Юрчук=yurchuk",
        "Олена=olena, Юлія=yuliia, Ксенія=kseniia, Дар'я=daria",
        "Андрій=andrii, Богдан=bohdan, Ёж=yozh, Михайло=mykhailo",
    ),
    _culture(
        6,
        "الحداد=alhaddad, منصور=mansour, خليل=khalil, النجار=alnajjar, سليمان=sulayman",
        "ليلى=layla, مريم=maryam, نور=nour, هدى=huda",
        "أحمد=ahmad, يوسف=yusuf, كريم=karim, عمر=omar",
    ),
    _culture(
        3,
        "כהן=cohen, מזרחי=mizrahi, שפירא=shapira",
        "נועה=noa, תמר=tamar, יעל=yael",
        "אורי=uri, דוד=david, איתן=eitan",
    ),
    _culture(
        8,
        "王=wang, 李=li, 张=zhang, 刘=liu, 陈=chen, 欧阳=ouyang, 赵=zhao",
        "小明=xiaoming, 丽华=lihua, 静=jing, 雨桐=yutong, 秀英=xiuying",
        "伟=wei, 建国=jianguo, 子轩=zixuan, 浩然=haoran, 强=qiang",
    ),
    _culture(
        6,
        "김=kim, 이=lee, 박=park, 최=choi, 정=jung",
        "서연=seoyeon, 지우=jiwoo, 하은=haeun, 수빈=subin",
        "민준=minjun, 도윤=doyun, 시우=siwoo, 예준=yejun",
    ),
    _culture(
        4,
        "佐藤=sato, 鈴木=suzuki, 髙橋=takahashi, 渡邉=watanabe",
        "さくら=sakura, 陽菜=hina, 美咲=misaki",
        "蓮=ren, 大翔=hiroto, 翔太=shota",
    ),
    _culture(
        5,
        "शर्मा=sharma, गुप्ता=gupta, पटेल=patel, सिंह=singh",
        "आराध्या=aradhya, प्रिया=priya, दीपिका=deepika",
        "अर्जुन=arjun, रोहन=rohan, विवेक=vivek",
    ),
    _culture(2, "ศรีสุข=srisuk, ทองดี=thongdee", "มาลี=malee, ดาว=dao", "สมชาย=somchai, ชัย=chai"),
    _culture(
        2, "გელაშვილი=gelashvili, ბერიძე=beridze", "ნინო=nino, თამარ=tamar", "გიორგი=giorgi, ლევან=levan"
    ),
)
