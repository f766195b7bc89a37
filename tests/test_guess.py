"""The character set of octets that nobody declared."""

from __future__ import annotations

import pytest

from pymail import charsets, guess

FOREIGN = [
    ("euc_jp", "こんにちは、世界。"), ("euc_jp", "会議のお知らせ"),
    ("cp932", "こんにちは、世界。"), ("cp932", "メール送信テスト"),
    ("gb18030", "你好世界"), ("gb18030", "请查收附件中的文件,谢谢"),
    ("big5hkscs", "你好，世界"), ("big5hkscs", "請查收附件中的文件"),
    ("cp949", "안녕하세요 세계"), ("cp949", "주문하신 상품이 발송되었습니다"),
    ("cp1251", "Re: Привет мир"), ("cp1251", "Здравствуйте, как дела?"),
    ("koi8_r", "Привет мир"), ("koi8_r", "Счёт на оплату 12345"),
    ("iso8859_7", "Καλημέρα κόσμε"), ("cp1255", "חשבונית מס"), ("cp1256", "مرحبا بالعالم"),
    ("cp874", "สวัสดีชาวโลก"), ("iso8859_5", "Привет, это письмо"), ("cp866", "Привет, это письмо"),
    ("iso8859_2", "Zażółć gęślą jaźń"), ("cp1250", "Zażółć gęślą jaźń"), ("cp1250", "Błąd w fakturze"),
    ("cp1250", "Příliš žluťoučký kůň"), ("iso8859_2", "Příliš žluťoučký kůň"),
    ("cp1250", "Időpontot kérünk, köszönjük"), ("cp1254", "Çarşamba günü görüşürüz"), ("cp1257", "Šiandien žodžių"),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "text"), FOREIGN)
def test_the_letters_tell_the_set(codec: str, text: str) -> None:
    octets = text.encode(codec)
    assert guess.codec(octets) == codec
    assert charsets.text(octets) == charsets.text(octets, "us-ascii") == charsets.text(octets, "x-unknown") == text
    assert guess.codec((text + "\n").encode(codec) * 1000) == codec


@pytest.mark.parametrize(
    "text",
    ["Größe Müller", "créée à Noël", "ÄÖÜ äöü", "naïve façade", "Ångström Øåå", "Ça coûte 5£", "déjà vu", "ß",
     "25 m³/h ±5 °C ¼ Zoll", "Søren, José und Müller", "não são", "¿Qué tal? ¡Año nuevo!", "Þetta er íslenska, já",
     "Così è la vita, perché no", "12 µm² à 5 £"],
)  # fmt: skip
def test_western_text_stays_western(text: str) -> None:
    assert guess.codec(text.encode("cp1252")) == ""
    assert charsets.text(text.encode("cp1252")) == text


def test_utf_8_with_a_fault_stays_utf_8() -> None:
    octets = "Привет, мир и всё".encode() + b"\xd0"
    assert charsets.text(octets) == "Привет, мир и всё\ufffd"


def test_octets_of_no_set_are_none() -> None:
    assert guess.codec(bytes(range(128, 256))) == "" == guess.codec(b"")
