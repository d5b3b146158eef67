"""Calls by the thousand, for the published figures of the service level."""

from __future__ import annotations

from datetime import datetime, timedelta

# 1000 answered, 860 of them within 20 s; 60 abandoned, 20 of them within 20 s, 10 of those under
# 5 s. As (how many, seconds waited, whether answered).
JUNE = [(860, 20, True), (140, 21, True), (10, 4, False), (10, 5, False), (40, 21, False)]
# The month before, to compare it with.
MAY = [(70, 20, True), (30, 60, True)]


def calls() -> list[dict[str, str]]:
    """Calls of client `golden`, withheld, so that they are no issue and no repeat."""
    return [
        *_calls("g5", datetime(2024, 5, 13, 8), MAY),
        *_calls("g6", datetime(2024, 6, 10, 8), JUNE),
    ]


def _calls(
    prefix: str, first: datetime, waits: list[tuple[int, int, bool]]
) -> list[dict[str, str]]:
    calls: list[dict[str, str]] = []
    for count, wait, is_answered in waits:
        for _ in range(count):
            started = first + timedelta(seconds=20 * len(calls))
            left = started + timedelta(seconds=wait)
            calls.append(
                {
                    "call_id": f"{prefix}-{len(calls)}",
                    "direction": "inbound",
                    "client": "golden",
                    "service": "lab",
                    "started_at": str(started),
                    "queued_at": str(started),
                    "answered_at": str(left) if is_answered else "",
                    "ended_at": str(left + timedelta(seconds=60 if is_answered else 0)),
                }
            )
    return calls
