"""The vars: which names and values are taken, and in which form dbt gets them."""

import pytest
import yaml

from service_kpis import settings
from service_kpis.errors import InputError
from service_kpis.warehouse import PROJECT_DIR


def test_every_var_of_the_project_is_known_and_takes_its_default():
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    assert set(project["vars"]) == set(settings.KINDS)
    for name, value in project["vars"].items():
        assert value is None or settings.KINDS[name].read(value) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        ("{fcr_window_days: 3}", {"fcr_window_days": 3}),
        ("reporting_timezone: Asia/Jerusalem", {"reporting_timezone": "Asia/Jerusalem"}),
        ("{as_of: 2025-01-31}", {"as_of": "2025-01-31"}),
        ("{as_of: 2025-01-31 18:00:00}", {"as_of": "2025-01-31T18:00:00"}),
        ("{as_of: '2025-01-31T18:00:00+02:00'}", {"as_of": "2025-01-31T18:00:00+02:00"}),
        ("{as_of: null}", {"as_of": None}),
        ("{short_abandon_seconds: 0}", {"short_abandon_seconds": 0}),
        ("{exclude_short_abandons: true}", {"exclude_short_abandons": True}),
    ],
)
def test_vars_that_are_taken(text, expected):
    assert settings.parse_vars(text) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{fcr_windw_days: 3}", "fcr_window_days"),
        ("{fcr_window_days: 0}", "whole number of days from 1"),
        ("{fcr_window_days: true}", "whole number"),
        ("{fcr_window_days: 1.5}", "whole number"),
        ("{answer_threshold_seconds: 0}", "above 0"),
        ("{service_level_formula: best}", "ignore_short_abandons"),
        ("{service_level_formula: [offered]}", "ignore_short_abandons"),
        ("{nps_dedupe: latest}", "latest_per_customer_90_days"),
        ("{reporting_timezone: Paris}", "Europe/Paris"),
        ("{reporting_timezone: [Europe/Paris]}", "Europe/Paris"),
        ("{reporting_currency: euro}", "EUR"),
        ("{default_country: XX}", "FR"),
        ("{fcr_window_days: null}", "whole number"),
        ("{as_of: yesterday}", "2025-01-31"),
        ("{as_of: 2025-02-30}", "no YAML"),
        ("{exclude_short_abandons: maybe}", "true or false"),
        ("[fcr_window_days]", "mapping"),
        ("", "mapping"),
        ("{fcr_window_days: 3", "no YAML"),
    ],
)
def test_vars_that_are_refused_name_what_is_valid(text, told):
    with pytest.raises(InputError, match=told):
        settings.parse_vars(text)
