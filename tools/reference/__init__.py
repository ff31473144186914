"""Makes the generated blocks of `docs/reference/`, out of the code's own signatures, docstrings and help texts.

A page holds prose written by hand, and blocks between comments that plain Markdown does not show. `make reference`
brings the blocks up to date. Whoever writes a page calls one of these modules in such a comment::

    <!-- [[[cog show(classes.described("dss.tree:DataStoreTree")) ]]] -->
    <!-- [[[end]]] -->


- `hooks`: what a plugin may answer.
- `classes`: a class with its constructor, attributes and methods, an enumeration, a function.
- `capabilities`, `exit_codes`, `errors`: what their names say.
- `configuration`: the keys of one table of `dss.toml`.
- `commands`: usage and options of one command of `dss-run`.

`page` gives a page these modules by short names. `documented` tells what no page speaks of, and `links` where a link
leads nowhere.
"""
