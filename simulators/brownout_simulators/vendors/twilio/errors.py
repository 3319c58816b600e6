"""How Twilio says no: a numeric code, a message, a link, a status, and the code again in a header."""

from collections.abc import Mapping
from typing import Final

import orjson

from brownout_simulators.call import Call, Reply
from brownout_simulators.vendor import Refused

MORE_INFO: Final = "https://www.twilio.com/docs/errors/"

CODES: Final[Mapping[int, tuple[int, str]]] = {
    # code: (HTTP status, message; `{}` takes the offending value)
    20001: (400, "Bad request: {}"),
    20003: (401, "Authenticate"),
    20008: (403, "Resource not accessible with Test Account Credentials"),
    20009: (409, "Resource cannot be changed in its present state: {}"),
    20404: (404, "The requested resource {} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable. Please try again."),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url parameter is required."),
    21210: (400, "'From' phone number not verified: {}"),
    21211: (400, "Invalid 'To' Phone Number: {}"),
    21212: (400, "Invalid From Number (caller ID): {}"),
    21213: (400, "No 'From' number is specified"),
    21214: (400, "'To' phone number cannot be reached: {}"),
    21215: (400, "Account not authorized to call {}"),
    21216: (400, "Account not allowed to call {}"),
    21217: (400, "Phone number does not appear to be valid: {}"),
    21220: (400, "Unable to update record. Call is not in-progress. Cannot redirect. {}"),
    21266: (400, "'To' and 'From' number cannot be the same: {}"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {}"),
    21421: (400, "PhoneNumber is invalid: {}"),
    21422: (400, "PhoneNumber is not available: {}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number {} is not a valid, SMS-capable inbound phone number for your account."),
    21609: (400, "The 'StatusCallback' URL {} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient: {}"),
    21611: (400, "This 'From' number {} has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number {} is not currently reachable using the 'From' phone number"),
    21614: (400, "'To' number is not a valid mobile number: {}"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL(s): {}"),
    21623: (400, "Number of media files exceeds allowed limit"),
    21624: (400, "Invalid validity period value"),
    21701: (400, "The Messaging Service does not exist"),
    21703: (400, "The Messaging Service does not have a phone number available to send a message"),
    21704: (400, "The Messaging Service contains no phone numbers"),
    21705: (400, "The Messaging Service is invalid"),
    21710: (409, "Phone Number Already Exists in Messaging Service"),
    21711: (400, "Sender is not associated with the specified Messaging Service"),
    21712: (409, "Phone Number or Short Code is associated with another Messaging Service."),
    21714: (400, "Messaging Service Number Pool size limit reached"),
    21910: (400, "Invalid From and To pair. From and To should be of the same channel"),
    35111: (400, "SendAt timestamp is missing"),
    35114: (
        400,
        "SendAt time must be between 900 seconds and 35 days (3024000 seconds) in the future, inclusive.",
    ),
    35118: (400, "MessagingServiceSid is required to schedule a message"),
    60200: (400, "Invalid parameter: {}"),
    60202: (429, "Max check attempts reached"),
    60203: (429, "Max send attempts reached"),
    63031: (400, "Channel's message cannot have same From and To"),
    63038: (429, "Account exceeded the daily messages limit"),
}

DELIVERY_ERRORS: Final[Mapping[int, str]] = {
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30034: "Message from an unregistered number",
}

QUEUE_ERRORS: Final[Mapping[int, str]] = {
    # What no carrier has a part in.
    21703: CODES[21703][1],
    30001: DELIVERY_ERRORS[30001],
    30036: "Validity Period Expired",
}

_EDGE_PAGE: Final = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
)
_EDGE_TITLES: Final[Mapping[int, str]] = {502: "502 Bad Gateway", 504: "504 Gateway Time-out"}


def error(code: int, value: str = "") -> Reply:
    """The reply for one of `CODES`. Nothing was done: Twilio validates before it works."""
    status, message = CODES[code]
    body = {"code": code, "message": message.format(value), "more_info": f"{MORE_INFO}{code}", "status": status}
    headers = {"Content-Type": "application/json", "X-Twilio-Error-Code": str(code)}
    return Reply(status, orjson.dumps(body), headers, executed=False)


def refuse(code: int, value: str = "") -> Refused:
    """The same, to be raised."""
    return Refused(error(code, value))


class TwilioErrors:
    """What the engine says in Twilio's words."""

    def unknown_route(self, call: Call) -> Reply:
        """404 20404, naming the path."""
        return error(20404, call.path)

    def malformed(self, call: Call, why: str) -> Reply:  # noqa: ARG002 - Twilio's form parser has one message
        """400 for a body that is no form."""
        return error(20001, why)

    def unauthenticated(self, call: Call) -> Reply:  # noqa: ARG002
        """401 20003 with the challenge of Basic authentication."""
        reply = error(20003)
        reply.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        return reply

    def token_expired(self, call: Call) -> Reply:
        """Twilio's auth tokens do not expire; a rotated one is simply wrong."""
        return self.unauthenticated(call)

    def throttled(self, call: Call, retry_after_s: float | None, reason: str) -> Reply:  # noqa: ARG002
        """429 20429: not processed, safe to send again (Twilio docs, error 20429). No Retry-After unless asked."""
        reply = error(20429)
        if retry_after_s is not None:
            reply.headers["retry-after"] = str(max(1, -int(-retry_after_s // 1)))
        return reply

    def quota_exhausted(self, call: Call) -> Reply:  # noqa: ARG002
        """429 63038: the account's daily limit of messages."""
        return error(63038)

    def server_error(self, call: Call, status: int) -> Reply:  # noqa: ARG002
        """500 and 503 as JSON; 502 and 504 are the edge's HTML."""
        if status in _EDGE_TITLES:
            page = _EDGE_PAGE.format(_EDGE_TITLES[status])
            return Reply(status, page.encode(), {"Content-Type": "text/html"}, executed=False)
        reply = error(20503 if status == 503 else 20500)
        reply.status = status
        return reply
