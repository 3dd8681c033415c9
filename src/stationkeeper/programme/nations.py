"""Nations as three letters: the codes of ISO 3166-1 alpha-3, and four that it once held."""

import difflib

_CODES = """
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN
    BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN
    CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DEU
    DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR
    GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV
    HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM
    KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA
    MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM
    NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL
    PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE
    SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK
    TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB
    VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE
"""

CURRENT = frozenset(_CODES.split())
"""Codes in force, 249 of them. [-]"""

FORMER = frozenset({"CSK", "DDR", "SUN", "YUG"})
"""Codes of nations that flew people and are no more. [-]"""

_EUROPE = """
    AUT BEL BGR CHE CZE DEU DNK ESP EST FIN FRA GBR GRC HUN IRL ITA LUX NLD NOR POL PRT
    ROU SVK SVN SWE
"""

EUROPE = frozenset(_EUROPE.split())
"""Nations whose people are counted as Europe's, and fly under the limits of ESA. [-]"""

NATIONS = CURRENT | FORMER
"""Every code that a programme may hold. [-]"""


_OTHER_CODES = {
    "BUL": "BGR", "DEN": "DNK", "ENG": "GBR", "GDR": "DDR", "GER": "DEU", "KSA": "SAU",
    "MAS": "MYS", "NED": "NLD", "POR": "PRT", "RSA": "ZAF", "SOV": "SUN", "SUI": "CHE",
    "UAE": "ARE", "URS": "SUN", "USR": "SUN",
}  # fmt: skip
"""Codes of sport and of habit."""


def nearest_nation(code: str) -> str:
    """Return ``did you mean ...?`` for a code that is none, or nothing.

    Examples
    --------
    >>> nearest_nation("RUX")
    "did you mean 'RUS' or 'ROU'?"
    >>> nearest_nation("GER")
    "did you mean 'DEU'?"
    >>> nearest_nation("QQQ")
    ''
    """
    if code in _OTHER_CODES:
        return f"did you mean {_OTHER_CODES[code]!r}?"
    near = difflib.get_close_matches(code, sorted(NATIONS), n=2, cutoff=0.6)
    return f"did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
