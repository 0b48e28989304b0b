"""Closed word lists: the currencies of ISO 4217, the countries of ISO 3166, units of measure."""
# ruff: noqa: SIM905 - word lists read best as prose

#: ISO 4217 codes by the digits after the decimal point (their minor unit). ANG and BGN went lately: by what day, the
#: facts about currencies say.
CURRENCIES: dict[int, tuple[str, ...]] = {
    0: tuple("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()),
    2: tuple(
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
        COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
        INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
        MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
        SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
        """.split()
    ),
    3: tuple("BHD IQD JOD KWD LYD OMR TND".split()),
}

#: ISO 3166-1 alpha-2 codes, and UK, which partners take for GB.
COUNTRIES: tuple[str, ...] = tuple(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UK UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()
)

#: Units that measure the same thing, each with what one of it is in the family's first unit.
UNIT_FAMILIES: dict[str, dict[str, float]] = {
    "weight": {"g": 1, "mg": 0.001, "kg": 1000, "oz": 28.349523125, "lb": 453.59237},
    "volume": {
        "ml": 1,
        "cl": 10,
        "l": 1000,
        "cbm": 1_000_000,
        "floz": 29.5735295625,
        "pt": 473.176473,
        "qt": 946.352946,
        "gal": 3785.411784,
    },
    "length": {"cm": 1, "m": 100, "in": 2.54, "ft": 30.48, "yd": 91.44},
    "area": {"sqm": 1, "sqft": 0.09290304},
    "count": {"ct": 1},
}
