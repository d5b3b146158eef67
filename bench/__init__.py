"""How long the whole job takes, and how much memory, beside a floor without dbt."""
