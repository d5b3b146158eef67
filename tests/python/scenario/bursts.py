"""Reviews by the dozen, for the days on which a platform gets too many at once."""

from __future__ import annotations

from datetime import datetime, timedelta

# Half past midnight, so that a day of UTC is another one; four weeks later the clocks have changed.
FIRST = datetime(2024, 3, 11, 0, 30)
# Reviews by days after the first, and how many of the last day's are taken down.
PLATFORMS = {
    "agora": (dict.fromkeys(range(7), 9) | {28: 14}, 0),
    "forum": (dict.fromkeys(range(7), 9) | {28: 15}, 1),
    "quay": ({0: 1, 27: 12, 28: 9}, 0),
}


def reviews() -> list[dict[str, str]]:
    """Reviews of nobody known, without a rating."""
    return [
        {
            "review_id": f"{platform}-{day}-{number}",
            "platform": platform,
            "posted_at": str(posted := FIRST + timedelta(days=day, minutes=number)),
            "removed_at": str(posted + timedelta(days=1)) if day == 28 and number < removed else "",
        }
        for platform, (days, removed) in PLATFORMS.items()
        for day, count in days.items()
        for number in range(count)
    ]
