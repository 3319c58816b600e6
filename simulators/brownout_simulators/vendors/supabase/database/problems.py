"""What the database says no with: an SQLSTATE and PostgreSQL's own words."""


class DbError(Exception):
    """An error of the database, as PostgREST passes it on."""

    def __init__(self, code: str, message: str, details: str | None = None, hint: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint


def bad_text(type_name: str, text: str, details: str | None = None) -> DbError:
    """22P02: what was written is no value of the type."""
    return DbError("22P02", f'invalid input syntax for type {type_name}: "{text}"', details)


def out_of_range(type_name: str, text: str) -> DbError:
    """22003: a number too large for its type."""
    return DbError("22003", f'value "{text}" is out of range for type {type_name}')
