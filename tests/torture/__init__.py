"""Tries to break the way in and the way out, at length: `make torture`.

A module of this package tries one promise. It has

- `COUNTS`, how often it tries what unless the command line says otherwise: `{"KILLS": 100}`,
- `trials(counts, seed)`, which yields a `Trial` for each attempt as it is made. `counts` holds
  every name of `COUNTS`; the same seed draws the same attempts.

and stands in `MODULES` of `__main__`. `tests/python` imports the same modules for the short form
that `make test` runs, so that both try the same thing.
"""
