"""The Superset dashboard: how it is made, and the proof that it shows what is published."""
