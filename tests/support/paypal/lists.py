"""PayPal's transaction list: rows as the API gives them, and the same as an activity download."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.support.paypal.ipns import RECEIVER

ENGLISH = (
    *("Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Fee", "Net"),
    *("From Email Address", "To Email Address", "Transaction ID", "Reference Txn ID", "Custom Number"),
    *("Transaction Event Code", "Balance Impact"),
)
GERMAN = (
    *("Datum", "Uhrzeit", "Zeitzone", "Name", "Typ", "Status", "Währung", "Brutto", "Entgelt", "Netto"),
    *("Absender E-Mail-Adresse", "Empfänger E-Mail-Adresse", "Transaktionscode"),
    *("Zugehöriger Transaktionscode", "Zollnummer", "Transaktionsereigniscode", "Auswirkung auf Guthaben"),
)
JAPANESE = (
    *("日付", "時間", "タイムゾーン", "名前", "タイプ", "ステータス", "通貨", "合計", "手数料", "正味"),
    *(
        "送信者メールアドレス",
        "受信者メールアドレス",
        "取引ID",
        "リファレンス トランザクションID",
        "カスタム番号",
    ),
    *("Transaction Event Code", "Balance Impact"),
)
FRENCH = (
    *(
        "Date",
        "Heure",
        "Fuseau horaire",
        "Nom",
        "Type",
        "État",
        "Devise",
        "Avant commission",
        "Commission",
        "Net",
    ),
    *("De l'adresse email", "À l'adresse email", "Numéro de transaction"),
    *("Numéro de la transaction de référence", "Numéro de client", "Code de transaction", "Balance Impact"),
)


def transaction(
    code: str,
    transaction_id: str,
    at: datetime,
    money: tuple[str, str] = ("30.00", "USD"),
    *,
    fee: str | None = None,
    refers_to: str | None = None,
    status: str = "S",
    **info: Any,
) -> dict[str, Any]:
    """A row as the API gives it; amounts that left the balance are below zero."""
    value, currency = money
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    fields = {
        "paypal_account_id": "2J6QB8YJQSJRJ",
        "transaction_id": transaction_id,
        "paypal_reference_id": refers_to,
        "paypal_reference_id_type": None
        if refers_to is None
        else "SUB"
        if refers_to.startswith("I-")
        else "TXN",
        "transaction_event_code": code,
        "transaction_initiation_date": when,
        "transaction_updated_date": when,
        "transaction_amount": {"currency_code": currency, "value": value},
        "fee_amount": None if fee is None else {"currency_code": currency, "value": fee},
        "transaction_status": status,
        "custom_field": None,
        **info,
    }
    return {"transaction_info": {name: value for name, value in fields.items() if value is not None}}


def row(
    at: tuple[str, str, str], kind: str, transaction_id: str, money: tuple[str, str], **cells: str
) -> dict[str, str]:
    """A row of an activity download, by the English headings: date, time and zone, type, id, gross and currency."""
    date, time, zone = at
    gross, currency = money
    every = {
        "Date": date,
        "Time": time,
        "TimeZone": zone,
        "Name": "Hanako Yamada",
        "Type": kind,
        "Status": "Completed",
        "Currency": currency,
        "Gross": gross,
        "Net": gross,
        "From Email Address": "hanako.yamada@donor.example",
        "To Email Address": RECEIVER,
        "Transaction ID": transaction_id,
    }
    return every | {name.replace("_", " "): value for name, value in cells.items()}


def download(
    rows: Iterable[Mapping[str, str]], headings: Sequence[str] = ENGLISH, mark: str = ",", *, bom: bool = True
) -> bytes:
    """The file as PayPal makes it: each cell in quotation marks, CRLF, a byte order mark before all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    writer.writerows([each.get(name, "") for name in ENGLISH] for each in rows)
    return (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode()
