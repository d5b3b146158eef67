"""Realistic sample data: causes are drawn (load, absences, faults, lateness), never a KPI."""

from service_kpis.generating.sample import generate

__all__ = ["generate"]
