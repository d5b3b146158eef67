"""Build what changed since the build before, and what time has ripened, instead of everything.

Landing keeps the raw rows that it takes out and puts in (`changes`). From them `plan` finds the
rows that have to be computed anew: all of each person, call, ticket and order that a change
touches. dbt computes these (macros/increment) and replaces what came out otherwise.
"""
