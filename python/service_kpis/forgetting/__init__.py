"""Erase a person: every identifier becomes a random token, and every byte of it goes."""

from __future__ import annotations

from service_kpis.forgetting.forget import Forgetting, forget

__all__ = ["Forgetting", "forget"]
