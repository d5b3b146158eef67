"""What `forget` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service_kpis.command import Session
from service_kpis.telling.tables import count

if TYPE_CHECKING:
    from service_kpis.forgetting import Forgetting


def forgotten(session: Session, done: Forgetting) -> None:
    """Print what was erased, and what is not ours to erase; never whom."""
    if done.was_forgotten:
        session.say("This person was erased before; nothing was left to do.")
        return
    session.say(
        f"Erased {count(done.customers, 'customer id')}, "
        f"{count(done.numbers, 'telephone number')} "
        f"and {count(done.e_mails, 'e-mail address', 'e-mail addresses')}."
    )
    for table, rows in (done.rows or {}).items():
        session.say(f"  raw.{table}: {count(rows, 'row')} kept under a random token")
    if done.rejects:
        session.say(f"  raw.rejects: {count(done.rejects, 'row')} kept without content")
    session.say(f"Written anew: {', '.join(path.name for path in done.files)}.")
    if done.shared_numbers:
        session.say(
            f"{count(done.shared_numbers, 'number')} of these calls belong to somebody else as "
            "well, and stay there."
        )
    session.say(
        "Your own source files still hold the person, and so do backups and copies made elsewhere. "
        "What lands again from the files stays erased."
    )
