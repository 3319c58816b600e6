"""The ERP on the bench."""

from typing import Any

from brownout_simulators.vendors.erp import VENDOR
from brownout_simulators.vendors.erp.access import company_of, tenant_of
from tests.support.vendor_bench import Answer, Bench

CLIENT = "field"
TENANT = tenant_of(CLIENT)
STANDARD = f"/v2.0/{TENANT}/sandbox/api/v2.0"
CUSTOM = f"/v2.0/{TENANT}/sandbox/api/fsm/field/v1.0"
COMPANY = f"companies({company_of(CLIENT)})"


def address(target: str) -> str:
    """`salesOrders?$top=1`: where the company has it."""
    name = target.partition("?")[0].partition("(")[0].partition("/")[0]
    root = CUSTOM if name in {"workOrders", "workOrderLines", "inventoryReservations"} else STANDARD
    return f"{root}/{COMPANY}/{target}"


class ErpBench(Bench):
    """With a token, on one company."""

    def __init__(self, *, seed: int = 1, **setup: Any) -> None:
        super().__init__(VENDOR, "", seed=seed)
        if setup:
            self.simulator.set_up(setup)
        self.log_in()

    def log_in(self, **fields: str) -> Answer:
        """A new token, used from now on."""
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": "s3cret",
            "scope": "https://api.businesscentral.dynamics.com/.default",
            **fields,
        }
        answer = self.form("POST", f"/{TENANT}/oauth2/v2.0/token", **form)
        if answer.status == 200:
            self.authorization = f"Bearer {answer.json['access_token']}"
        return answer

    def get(self, target: str, **headers: str) -> Answer:
        """`get("items?$top=1")`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("GET", address(target), headers=named)

    def post(self, target: str, body: Any = None, **headers: str) -> Answer:
        """An insert, or a bound action without a body."""
        return self.write("POST", target, body, **headers)

    def write(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """Any change."""
        if body is None:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return self.send(method, address(target), b"", headers=named)
        return self.post_json(address(target), body, method=method, **headers)

    def act(self, target: str, etag: str = "*") -> Answer:
        """A bound action."""
        return self.post(target, if_match=etag)

    def order(self, key: str = "K-1", **more: Any) -> Any:
        """A sales order of two filters."""
        line = {"itemNumber": "FLT-20x25", "quantity": 2}
        body = {"customerNumber": "10000", "externalDocumentNumber": key, "salesOrderLines": [line], **more}
        return self.post("salesOrders", body).json

    def reserve(self, key: str = "R-1", quantity: float = 3, **more: Any) -> Answer:
        """A reservation of filters."""
        body = {"itemNumber": "FLT-20x25", "quantity": quantity, "externalDocumentNumber": key, **more}
        return self.post("inventoryReservations", body)

    def work_order(self, key: str = "W-1", **more: Any) -> Any:
        """A work order."""
        body = {"customerNumber": "10000", "externalDocumentNumber": key, "siteAddress": "1 Main St", **more}
        return self.post("workOrders", body).json
