"""The rows stored for the report are those that the models give now."""

import pytest

from stationkeeper.report.evidence import stored_evidence
from stationkeeper.validation.topics import validation_rows


def test_stored_rows_are_those_computed_now():
    stored = {(row.topic, row.name): row for row in stored_evidence().rows}
    computed = {(row.topic, row.name): row for row in validation_rows([])}
    hint = "write them anew: make validation"
    assert stored.keys() == computed.keys(), hint
    for key, row in computed.items():
        kept = stored[key]
        assert (kept.truth, kept.tolerance, kept.kind, kept.calibration, kept.source) == (
            row.truth,
            row.tolerance,
            row.kind,
            row.calibration,
            row.source,
        ), f"{key}: {hint}"
        assert kept.ours == (None if row.ours is None else pytest.approx(row.ours, rel=1e-6)), (
            f"{key}: {hint}"
        )
