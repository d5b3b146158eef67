"""A hand-made little world of two sources, small enough to compute every KPI of it on paper.

Folder `switch` is a telephone system, folder `shop` has customers, what they buy and say, and the
calls back; folder `seeds` has what was promised to their clients. Times are local to Paris, and so
are the days. A new KPI adds its rows to a table there, with a comment that says what each is there
for, and what they come to in folder `expected`; rows with a day or customer of their own leave the
figures of others as they are.
"""
