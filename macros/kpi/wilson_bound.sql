{#
  One bound of the 95 % Wilson interval of a ratio. side: '-' for the lower one, '+' for the upper.
  Wilson (1927): it stays within 0–1 and holds for small samples, where p ± 1.96·se does not. It is held there, as
  rounding would take it 1e-17 beyond.
#}
{% macro wilson_bound(value, sample_size, side) -%}
    {{ 'greatest(0, ' if side == '-' else 'least(1, ' }}(
        {{ value }} + 1.96 * 1.96 / (2 * {{ sample_size }})
        {{ side }} 1.96 * sqrt(
            greatest({{ value }} * (1 - {{ value }}), 0) / {{ sample_size }}
            + 1.96 * 1.96 / (4.0 * {{ sample_size }} * {{ sample_size }})
        )
    ) / (1 + 1.96 * 1.96 / {{ sample_size }}))
{%- endmacro %}
