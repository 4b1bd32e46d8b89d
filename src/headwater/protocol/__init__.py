"""The words on the wire: frozen structs, the endpoint table, the search grammar and the errors. No I/O.

One module a resource, named as in its URL. A struct here is also the entity that the store returns, the
HTTP client decodes and the user interface's TypeScript types are generated from.
"""
