"""The headings of PayPal's activity download in the languages in which the group may have it, and what cells say there.

PayPal moves and adds columns, so each is found by its heading. Names, mails of payers and addresses are not read.
"""

from services.donations.paypal.transactions import Kind, State

HEADINGS = {
    "date": ("date", "datum", "日付"),
    "time": ("time", "uhrzeit", "heure", "tijd", "時間"),
    "zone": ("timezone", "time_zone", "zeitzone", "fuseau_horaire", "tijdzone", "タイムゾーン"),
    "type": ("type", "typ", "description", "beschreibung", "omschrijving", "タイプ"),
    "status": ("status", "état", "ステータス"),
    "currency": ("currency", "währung", "devise", "valuta", "通貨"),
    "gross": ("gross", "brutto", "brut", "avant_commission", "bruto", "合計"),
    "fee": ("fee", "gebühr", "entgelt", "commission", "kosten", "手数料"),
    "transaction": (
        "transaction_id",
        "transaktionscode",
        "numéro_de_transaction",
        "transactiereferentie",
        "取引id",
    ),
    "refers": (
        "reference_txn_id",
        "zugehöriger_transaktionscode",
        "numéro_de_la_transaction_de_référence",
        "リファレンス_トランザクションid",
    ),
    "receiver": ("to_email_address", "empfänger_e_mail_adresse", "à_l'adresse_email", "受信者メールアドレス"),
    "custom": ("custom_number", "zollnummer", "numéro_de_client", "カスタム番号"),
    "code": ("transaction_event_code", "transaktionsereigniscode", "code_de_transaction"),
    "impact": ("balance_impact", "auswirkung_auf_guthaben"),
}
"""As `heading_key` gives them. German calls the custom number that of a customs office."""
REQUIRED = ("date", "time", "zone", "currency", "gross", "transaction")
COLUMNS = {heading: column for column, headings in HEADINGS.items() for heading in headings}

STATES: dict[str, State] = {
    **dict.fromkeys(("completed", "abgeschlossen", "terminé", "voltooid", "完了"), "completed"),
    **dict.fromkeys(("pending", "ausstehend", "en attente", "in behandeling", "保留中"), "pending"),
    **dict.fromkeys(("denied", "abgelehnt", "refusé", "geweigerd", "拒否"), "denied"),
    **dict.fromkeys(("reversed", "storniert", "annulé"), "reversed"),
}

KINDS: tuple[tuple[str, Kind], ...] = (
    ("fee", Kind.FEE),
    ("gebühr", Kind.FEE),
    ("手数料", Kind.FEE),
    ("conversion", Kind.CONVERSION),
    ("währungsumrechnung", Kind.CONVERSION),
    ("通貨換算", Kind.CONVERSION),
    ("refund", Kind.REFUND),
    ("rückzahlung", Kind.REFUND),
    ("remboursement", Kind.REFUND),
    ("返金", Kind.REFUND),
    ("cancellation of hold", Kind.RELEASE),
    ("reversal of general account hold", Kind.RELEASE),
    ("release", Kind.RELEASE),
    ("hold", Kind.HOLD),
    ("einbehalt", Kind.HOLD),
    ("chargeback", Kind.REVERSAL),
    ("reversal", Kind.REVERSAL),
    ("rückbuchung", Kind.REVERSAL),
    ("withdrawal", Kind.WITHDRAWAL),
    ("abbuchung", Kind.WITHDRAWAL),
    ("payment", Kind.PAYMENT),
    ("donation", Kind.PAYMENT),
    ("zahlung", Kind.PAYMENT),
    ("spende", Kind.PAYMENT),
    ("paiement", Kind.PAYMENT),
    ("支払い", Kind.PAYMENT),
)
"""Words in a row's type, where the file has no column of codes; the first that is found decides."""


def kind_by_words(words: str) -> Kind:
    folded = words.casefold()
    return next((kind for word, kind in KINDS if word in folded), Kind.OTHER)
