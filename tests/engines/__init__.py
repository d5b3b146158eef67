"""The proof that Postgres and Spark give the KPIs that DuckDB gives, from the same models."""
