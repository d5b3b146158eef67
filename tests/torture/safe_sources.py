"""Expressions and queries of a source.yml that try to reach out, in hundreds of disguises."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from attacks import Attempts, expressions, queries
from torture.trial import Trial

COUNTS = {"ATTACKS": 5_000}


def trials(counts: Mapping[str, int], seed: int) -> Iterator[Trial]:
    """Try each listed attack bare, then as many drawn ones in disguise."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, listed in (("expression", expressions()), ("query", queries())):
            with Attempts(Path(folder) / kind) as attempts:
                for text in listed:
                    yield Trial(f"{kind} refused", attempts.is_refused(kind, text), text)
                for text in attempts.disguised(kind, counts["ATTACKS"], seed):
                    held = not attempts.gets_out(kind, text)
                    yield Trial(f"disguised {kind} gets nowhere", held, text)
