"""What a written report carries."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any


def payload_of(html: str) -> dict[str, Any]:
    """Unpack what the page shows, as the page does."""
    found = re.search(r'id="payload">([^<]*)</script>', html)
    assert found
    letters = found[1].translate(str.maketrans(",.:", "<>&"))
    unpacked: dict[str, Any] = json.loads(gzip.decompress(base64.b85decode(letters)))
    return unpacked
