{#
  Whether the 95 % interval of the difference between two periods leaves out 0; null where either has no interval.
  The difference's bounds come from the two intervals' (MOVER: Newcombe 1998 for ratios, Donner & Zou 2012 in
  general); for means it is the familiar ± 1.96·√(se₁² + se₂²).
#}
{% macro is_beyond_chance(latest, previous) -%}
    case
        when {{ latest }}.ci_low is null or {{ previous }}.ci_low is null then null
        when {{ latest }}.value >= {{ previous }}.value
            then {{ latest }}.value - {{ previous }}.value > sqrt(
                ({{ latest }}.value - {{ latest }}.ci_low) * ({{ latest }}.value - {{ latest }}.ci_low)
                + ({{ previous }}.ci_high - {{ previous }}.value) * ({{ previous }}.ci_high - {{ previous }}.value)
            )
        else {{ previous }}.value - {{ latest }}.value > sqrt(
            ({{ latest }}.ci_high - {{ latest }}.value) * ({{ latest }}.ci_high - {{ latest }}.value)
            + ({{ previous }}.value - {{ previous }}.ci_low) * ({{ previous }}.value - {{ previous }}.ci_low)
        )
    end
{%- endmacro %}
