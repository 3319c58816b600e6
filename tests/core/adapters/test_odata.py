"""OData's words: what is asked, what an error body says, and what of a batch was answered."""

from typing import Any

import pytest

from brownout_core.adapters import odata
from brownout_core.errors import VendorContended


def test_a_text_is_quoted_and_a_query_encoded() -> None:
    assert odata.text("it's") == "'it''s'"
    assert odata.options({"$filter": "a eq 'b c'", "$top": "1"}) == "$filter=a%20eq%20%27b%20c%27&$top=1"


@pytest.mark.parametrize(
    ("body", "code", "is_contended"),
    [
        ({"error": {"code": "Request_EntityChanged", "message": "no"}}, "Request_EntityChanged", True),
        ({"error": {"code": "BadRequest", "message": "no"}}, "BadRequest", False),
        ({"error": {"code": 200, "data": {"name": "odoo.exceptions.UserError"}}}, "odoo.exceptions.UserError", False),
        ({"o:errorDetails": [{"o:errorCode": "RCRD_HAS_BEEN_CHANGED", "detail": "no"}]}, "RCRD_HAS_BEEN_CHANGED", True),
        ({"exc_type": "TimestampMismatchError"}, "TimestampMismatchError", True),
        ({"error": "text"}, None, False),
        ({"o:errorDetails": []}, None, False),
        ({}, None, False),
    ],
)
def test_what_a_body_says(body: dict[str, Any], code: str | None, is_contended: bool) -> None:
    said = odata.said(body)
    assert (said.code, said.means is VendorContended) == (code, is_contended)


def test_an_error_in_a_good_answer_has_the_status_that_it_should_have_had() -> None:
    body = {"error": {"code": 200, "data": {"name": "odoo.exceptions.MissingError"}}}
    assert odata.is_error(body)
    assert odata.true_status(body) == 404
    assert odata.true_status({"error": {"data": {"name": "odoo.exceptions.ValidationError"}}}) == 422
    assert not odata.is_error({"value": []})
