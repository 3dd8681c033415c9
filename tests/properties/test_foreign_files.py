"""Files of other programs broken at random are read, or refused in words; nothing else happens."""

import contextlib
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from stationkeeper.errors import InputError
from stationkeeper.lifetime.imports import import_file
from stationkeeper.programme.cdm import read_messages
from stationkeeper.programme.facet_tables import read_facets
from stationkeeper.programme.particle_files import read_fluxes
from tests.foreign_files import master, message, ordem, xml_message
from tests.programmes import SMALL

FACETS = "key,module,area_m2,wall_mm,material\nside,core,40,2,amg6\nfront,core,10,3,al-2219\n"
SAMPLES = [
    ("fluxes", "SIZEFLUX_SC.OUT", ordem().encode()),
    ("fluxes", "a_d.dia", master().encode()),
    ("fluxes", "a_c.dia", master(cumulative=True, target="sphere").encode()),
    ("approaches", "a.cdm", message().encode()),
    ("approaches", "a.xml", xml_message().encode()),
    ("facets", "a.csv", FACETS.encode()),
]
PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [
            b"NaN", b"-inf", b"1e999", b"D-400", b"ORDEM 9", b"MASTER-8", b"[m]", b"=", b"<", b">",
            b"&lt;", b"#", b'"', b",,", b"\r", b"\0", b"\xff", b"\x1b[31m", b"OBJECT = OBJECT1\n",
        ]
    ),
)  # fmt: skip
CUTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.2), PIECES), min_size=1, max_size=4)


@given(sample=st.sampled_from(SAMPLES), cuts=CUTS)
def test_a_broken_file_is_read_or_refused(
    sample: tuple[str, str, bytes], cuts: list[tuple[float, float, bytes]]
) -> None:
    what, name, content = sample
    for at, length, piece in cuts:
        begin = int(at * len(content))
        content = content[:begin] + piece + content[begin + int(length**4 * len(content)) :]
    with tempfile.TemporaryDirectory() as folder:
        path, source = Path(folder) / name, Path(folder) / "small.toml"
        path.write_bytes(content)
        source.write_text(SMALL, encoding="utf-8")
        try:
            text = import_file(str(source), what, path)
        except InputError as error:
            said = str(error)
            assert "expected" in said
            assert all(letter.isprintable() or letter == "\n" for letter in said)
        else:
            assert all(letter.isprintable() or letter == "\n" for letter in text)


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(content)
        for read in (read_fluxes, read_messages, read_facets):
            with contextlib.suppress(InputError):
                read(path)


@given(
    slope=st.floats(0.5, 5),
    at_1cm=st.floats(1e-8, 1),
    share=st.floats(0.05, 0.95),
)
def test_what_ordem_prints_is_what_is_read(slope: float, at_1cm: float, share: float) -> None:
    def flux(size: float) -> float:
        return at_1cm * (size / 1e-2) ** -slope

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "SIZEFLUX_SC.OUT"
        path.write_text(ordem(flux), encoding="utf-8")
        table = read_fluxes(path).flux
    sizes, found = np.array(table["diameter_mm"]), np.array(table["per_m2_year"])
    k = int(share * sizes.size)
    assert abs(4 * found[k] / flux(1e-5 * 10 ** (k / 100)) - 1) < 6e-3
    assert np.all(np.diff(sizes) > 0)
    assert np.all(np.diff(found) <= 0)
