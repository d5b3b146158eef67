"""The Python around the dbt project: landing, building, validating, publishing and reporting."""
